#include "app/signing_key.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "base/hash.hpp"

namespace fermata::app {
namespace {

constexpr std::size_t kSeedBytes = 32;

Result<std::string> decode(std::string text, const std::string& origin) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  std::optional<std::string> seed = from_base64url(text);
  if (!seed || seed->size() != kSeedBytes) {
    return fail(ErrorCode::kInvalid,
                "signing.bad_key",
                origin + ": a signing key is 32 bytes as base64url (43 characters)");
  }
  return *std::move(seed);
}

Result<std::string> read_key(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0) {
    return fail(ErrorCode::kInvalid,
                "signing.bad_key",
                path +
                    ": everybody on this machine can read the signing key; chmod 600 it, and "
                    "replace it if anybody may have");
  }
  std::ifstream file(path);
  std::string text;
  if (!std::getline(file, text)) {
    return fail(ErrorCode::kUnavailable, "signing.io", path + ": cannot be read");
  }
  return decode(text, path);
}

// Made under another name and then linked, so that a crash leaves no half key and of two processes
// the first one wins.
Result<void> make_key(const std::string& path, Random& random) {
  const std::string text = base64url(random.bytes(kSeedBytes)) + "\n";
  const std::string draft = path + "." + random_suffix(random);
  const auto failed = [&](const char* what) {
    const std::string why = std::strerror(errno);
    ::unlink(draft.c_str());
    return fail(ErrorCode::kUnavailable, "signing.io", path + ": " + what + ": " + why);
  };
  const int fd = ::open(draft.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) return failed("cannot be made");
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(fd) == 0;
  ::close(fd);
  if (!written) return failed("cannot be written");
  if (::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) return failed("cannot be made");
  ::unlink(draft.c_str());
  return {};
}

}  // namespace

std::string signing_key_path(const Config& config) {
  if (!config.signing_key.empty()) return {};
  if (!config.signing_key_file.empty()) return config.signing_key_file;
  const std::string database = sqlite_path(config.store_url);
  if (database.empty()) return {};
  return std::filesystem::path(database).replace_extension(".key").string();
}

Result<std::string> signing_seed(const Config& config, Random& random) {
  if (!config.signing_key.empty()) {
    return decode(config.signing_key, environment_name("signing.key"));
  }
  // Nothing outlives a store in memory, its grants included.
  if (config.store_url == "memory:" && config.signing_key_file.empty()) {
    return random.bytes(kSeedBytes);
  }
  const std::string path = signing_key_path(config);
  const bool embedded = !sqlite_path(config.store_url).empty();
  if (!path.empty() && !std::filesystem::exists(path) && embedded) {
    FERMATA_CHECK_OK(make_key(path, random));
  }
  if (path.empty() || !std::filesystem::exists(path)) {
    return fail(ErrorCode::kInvalid,
                "signing.missing",
                (path.empty() ? std::string("no signing key") : path + ": no such signing key") +
                    ": all servers on a PostgreSQL database share one, which you make once with\n"
                    "  (umask 077; head -c 32 /dev/urandom | basenc --base64url | tr -d = > "
                    "fermata.key)\n"
                    "and name in signing.key_file, or hand over in " +
                    environment_name("signing.key"));
  }
  return read_key(path);
}

}  // namespace fermata::app
