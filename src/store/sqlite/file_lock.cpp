#include "store/sqlite/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "store/rows.hpp"
#include "store/sqlite/translate.hpp"

namespace fermata::store::sqlite {

Result<FileLock> FileLock::take(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::path real = std::filesystem::weakly_canonical(path, ignored);
  const std::string name = (real.empty() ? path : real.string()) + ".lock";
  const int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 && (errno == EACCES || errno == EPERM || errno == EROFS)) {
    return tl::unexpected(read_only(name + ": " + std::strerror(errno)));
  }
  if (file < 0) return tl::unexpected(unavailable(name + ": " + std::strerror(errno)));
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return FileLock(file);
  const int problem = errno;
  ::close(file);
  if (problem == EWOULDBLOCK) {
    return fail(
        ErrorCode::kConflict,
        "store.in_use",
        "Another Fermata server uses this SQLite file. Stop it first, or use PostgreSQL for "
        "several servers.",
        name + " is locked");
  }
  return tl::unexpected(unavailable(name + ": " + std::strerror(problem)));
}

FileLock::FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace fermata::store::sqlite
