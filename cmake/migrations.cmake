# Embeds schema/migrations/<database>/NNNN_<name>.sql into a room, with their SHA-256.
#
#   fermata_migrations(<target> <database>)
#
# writes migrations.cpp, which defines fermata::store::<database>::migrations() (migrations.hpp of
# the adapter). A file that has been released is never changed: databases remember its checksum.
function(fermata_migrations target database)
  set(directory ${CMAKE_SOURCE_DIR}/schema/migrations/${database})
  file(GLOB files CONFIGURE_DEPENDS ${directory}/*.sql)
  list(SORT files)
  set(entries "")
  set(expected 1)
  foreach(file ${files})
    get_filename_component(name ${file} NAME_WE)
    string(REGEX MATCH "^[0-9][0-9][0-9][0-9]" number ${name})
    math(EXPR number "1${number} - 10000")
    if(NOT number EQUAL expected)
      message(FATAL_ERROR "${file}: migration ${expected} is missing")
    endif()
    math(EXPR expected "${expected} + 1")
    file(SHA256 ${file} checksum)
    file(READ ${file} sql)
    string(APPEND entries "      {${number}, \"${name}\", \"${checksum}\", R\"~sql~(${sql})~sql~\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  set(output ${CMAKE_CURRENT_BINARY_DIR}/migrations.cpp)
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT [[
#include "store/@database@/migrations.hpp"

namespace fermata::store::@database@ {

const std::vector<Migration>& migrations() {
  static const std::vector<Migration> all = {
@entries@  };
  return all;
}

}  // namespace fermata::store::@database@
]])
  target_sources(${target} PRIVATE ${output})
endfunction()
