#pragma once

// Keeps a second server off an SQLite file: two that write and checkpoint can damage it (3.7.0 to
// 3.51.2), and each would keep its own picture of the streams in memory. The kernel lets go of the
// lock when the process ends, however it ends.

#include <string>

#include "base/result.hpp"

namespace fermata::store::sqlite {

class FileLock {
 public:
  // Locks "<path>.lock", which is made and then left there. Links to one file are one file.
  //   kConflict    store.in_use       another process, or this one, has it
  //   kUnavailable store.unavailable  the file cannot be made
  static Result<FileLock> take(const std::string& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int file) : file_(file) {}
  int file_;  // -1: moved away.
};

}  // namespace fermata::store::sqlite
