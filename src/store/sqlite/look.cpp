#include "store/sqlite/look.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "store/sqlite/translate.hpp"

namespace fermata::store::sqlite {
namespace {

constexpr std::string_view kMagic{"SQLite format 3\0", 16};

tl::unexpected<Error> bad_url(const std::string& what) {
  return fail(ErrorCode::kInvalid, "store.bad_url", what);
}

std::string folder_of(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

}  // namespace

Result<Found> look(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) {
      return tl::unexpected(read_only(path + ": " + std::strerror(errno)));
    }
    const std::string folder = folder_of(path);
    if (::stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return Found::kNothing;
    return bad_url("The folder of the SQLite file does not exist: " + folder);
  }
  if (S_ISDIR(status.st_mode))
    return bad_url("An SQLite store is a file; this is a folder: " + path);
  if (!S_ISREG(status.st_mode)) return bad_url("An SQLite store is a file; this is none: " + path);
  if (status.st_size == 0) return Found::kDatabase;  // Made, and not yet written.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return tl::unexpected(read_only(path + ": " + std::strerror(errno)));
  std::string head(kMagic.size(), '\0');
  const ssize_t got = ::read(file, head.data(), head.size());
  ::close(file);
  if (got == static_cast<ssize_t>(kMagic.size()) && head == kMagic) return Found::kDatabase;
  return fail(ErrorCode::kInternal,
              "store.corrupt",
              "The database file is damaged or is no database.",
              path + " is no SQLite file");
}

tl::unexpected<Error> missing(const std::string& path) {
  return fail(ErrorCode::kNotFound,
              "store.missing",
              "There is no database yet at " + path +
                  "; fermata serve, or fermata migrate, makes it with its schema.");
}

Result<void> may_write(const std::string& path) {
  // The file may be missing; then its folder decides.
  for (const std::string& where : {path, folder_of(path)}) {
    if (::access(where.c_str(), W_OK) == 0 || errno == ENOENT) continue;
    return tl::unexpected(read_only(where + ": " + std::strerror(errno)));
  }
  return {};
}

}  // namespace fermata::store::sqlite
