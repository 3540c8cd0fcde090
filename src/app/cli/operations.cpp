// fermata serve | migrate | verify | version.

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "app/cli/cli.hpp"
#include "app/serve.hpp"
#include "app/signing_key.hpp"
#include "base/public_key.hpp"
#include "engine/verify.hpp"
#include "store/inspect.hpp"
#include "store/open.hpp"

namespace fermata::app::cli {
namespace {

constexpr int kHeadsPage = 1000;
constexpr std::int64_t kRedrawMs = 100;
constexpr std::uint64_t kBarColumns = 30;

int start(Cli& cli, ConfigFlags& flags) {
  const Result<Config> config = flags.load();
  if (!config) {
    cli.report(config.error());
    return kUsage;
  }
  const Result<void> served = serve(*config, *cli.out);
  return served ? static_cast<int>(kOk) : cli.report(served.error());
}

// Beside a running server, hence a snapshot: what is written meanwhile must not look like damage.
Result<std::unique_ptr<store::Store>> open_snapshot(const Config& config) {
  store::Options options;
  options.timeout_ms = static_cast<int>(config.store_timeout_ms);
  FERMATA_CHECK_OK(store::look(config.store_url, {}));
  const std::string file = sqlite_path(config.store_url);
  return file.empty() ? store::open_postgres_snapshot(config.store_url, options)
                      : store::open_sqlite_snapshot(file, options);
}

int migrate(Cli& cli, ConfigFlags& flags, bool only_check) {
  const Result<Config> config = flags.load();
  if (!config) {
    cli.report(config.error());
    return kUsage;
  }
  store::Options options;
  options.timeout_ms = static_cast<int>(config->store_timeout_ms);
  const auto store = only_check ? open_snapshot(*config) : store::open(config->store_url, options);
  if (!store && only_check && store.error().reason == "store.missing") {
    // The question was whether serve would have to change something: yes, all of it.
    cli.report(store.error());
    return kRefused;
  }
  if (!store) return cli.report(store.error());
  const json::Value report =
      json::Object{{"store", printable_url(config->store_url)}, {"ok", true}};
  return cli.show(report, [&] {
    return printable_url(config->store_url) + ": the schema is that of this version.\n";
  });
}

// A bar on stderr that is drawn over itself; nothing when stderr is no terminal.
class Progress {
 public:
  Progress(bool wanted, std::uint64_t total) : wanted_(wanted), total_(total) {}
  ~Progress() {
    if (drawn_) std::cerr << "\r\x1b[K" << std::flush;
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void tell(std::uint64_t done) {
    const std::int64_t now = monotonic_ms();
    if (!wanted_ || now < next_ms_) return;
    next_ms_ = now + kRedrawMs;
    drawn_ = true;
    const std::uint64_t filled =
        total_ == 0 ? 0 : std::min(kBarColumns, done * kBarColumns / total_);
    std::cerr << "\rverifying [";
    for (std::uint64_t i = 0; i < kBarColumns; ++i) std::cerr << (i < filled ? '#' : '.');
    std::cerr << "] " << done << " of " << total_ << " streams\x1b[K" << std::flush;
  }

 private:
  bool wanted_;
  std::uint64_t total_;
  std::int64_t next_ms_ = 0;
  bool drawn_ = false;
};

Result<std::uint64_t> count_streams(store::Store& store) {
  std::uint64_t total = 0;
  store::StreamId after;
  while (true) {
    FERMATA_TRY(const auto heads, store.heads(after, kHeadsPage));
    total += heads.size();
    if (heads.size() < static_cast<std::size_t>(kHeadsPage)) return total;
    after = heads.back().stream;
  }
}

json::Value to_json(const engine::Verification& verification) {
  json::Array findings;
  for (const engine::Finding& finding : verification.findings) {
    findings.push_back(json::Object{{"promise", finding.promise},
                                    {"stream", finding.stream},
                                    {"version", finding.version},
                                    {"what", finding.what}});
  }
  return json::Object{{"verify", verification.findings.empty() ? "ok" : "failed"},
                      {"streams", static_cast<std::int64_t>(verification.streams)},
                      {"events", static_cast<std::int64_t>(verification.events)},
                      {"findings", std::move(findings)}};
}

std::string render(const Style& style, const engine::Verification& verification) {
  const auto streams = static_cast<std::int64_t>(verification.streams);
  const auto events = static_cast<std::int64_t>(verification.events);
  if (verification.findings.empty()) {
    return paint(style, Colour::kGreen, "whole") + ": " + count(events, "event") + " in " +
           count(streams, "stream") +
           "; every hash chain holds, no version is missing, all read models and tasks match.\n";
  }
  std::string out;
  for (const engine::Finding& finding : verification.findings) {
    out += paint(style, Colour::kRed, finding.promise) + "  " + visible(finding.stream);
    if (finding.version != 0) out += " version " + std::to_string(finding.version);
    out += ": " + visible(finding.what) + "\n";
  }
  const auto found = static_cast<std::int64_t>(verification.findings.size());
  return out + paint(style, Colour::kRed, "not whole") + ": " + count(found, "finding") + " in " +
         count(events, "event") + ", " + count(streams, "stream") + ".\n";
}

struct VerifyFlags {
  std::string write_checkpoint, against, public_key;
};

Result<std::string> read_text(const std::string& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || !text) return fail(ErrorCode::kInvalid, "checkpoint.io", path + ": cannot be read");
  return text.str();
}

// Under another name first, so that what is there stays until all of the new one is on disk.
Result<void> write_text(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  const int fd = ::open(draft.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  bool written = fd >= 0;
  for (std::size_t done = 0; written && done < text.size();) {
    const ssize_t count = ::write(fd, text.data() + done, text.size() - done);
    written = count > 0;
    done += written ? static_cast<std::size_t>(count) : 0;
  }
  written = written && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (written && std::rename(draft.c_str(), path.c_str()) == 0) return {};
  const std::string why = std::strerror(errno);
  if (fd >= 0) ::unlink(draft.c_str());
  return fail(ErrorCode::kInvalid, "checkpoint.io", path + ": cannot be written: " + why);
}

// The key that signs for this configuration; none is made for it.
Result<std::string> seed_of(const Config& config) {
  const std::string path = signing_key_path(config);
  if (!path.empty() && !std::filesystem::exists(path))
    return fail(ErrorCode::kInvalid, "signing.missing", path + ": no such signing key");
  SystemRandom random;
  return signing_seed(config, random);
}

Result<void> compare_with(const std::string& path,
                          std::string public_key,
                          const Config& config,
                          store::Store& store,
                          engine::Verification& verification) {
  FERMATA_TRY(const std::string text, read_text(path));
  if (public_key.empty()) {
    FERMATA_TRY(const std::string seed, seed_of(config));
    public_key = ed25519_public_key(seed);
  }
  FERMATA_TRY(const auto then, engine::read_checkpoint(text, public_key));
  return engine::compare(store, then, verification);
}

// Of a database that is whole only: nobody should sign anything else.
Result<void> write_checkpoint(const std::string& path, const Config& config, store::Store& store) {
  FERMATA_TRY(const std::string seed, seed_of(config));
  FERMATA_TRY(const auto now, engine::take_checkpoint(store));
  return write_text(path, engine::write_checkpoint(now, seed));
}

Result<engine::Verification> audit(Cli& cli, const Config& config, const VerifyFlags& flags) {
  FERMATA_TRY(const auto store, open_snapshot(config));
  const bool wanted = cli.interactive && !cli.json;
  std::uint64_t total = 0;
  if (wanted) {
    FERMATA_TRY(total, count_streams(*store));
  }
  Progress progress(wanted, total);
  FERMATA_TRY(auto verification,
              engine::verify(*store, [&](std::uint64_t done) { progress.tell(done); }));
  if (!flags.against.empty())
    FERMATA_CHECK_OK(compare_with(flags.against, flags.public_key, config, *store, verification));
  if (!flags.write_checkpoint.empty() && verification.findings.empty())
    FERMATA_CHECK_OK(write_checkpoint(flags.write_checkpoint, config, *store));
  return verification;
}

int verify_store(Cli& cli, ConfigFlags& flags, const VerifyFlags& wishes) {
  const Result<Config> config = flags.load();
  if (!config) {
    cli.report(config.error());
    return kUsage;
  }
  const Result<engine::Verification> verification = audit(cli, *config, wishes);
  if (!verification) return cli.report(verification.error());
  cli.show(to_json(*verification), [&] { return render(cli.style, *verification); });
  return verification->findings.empty() ? kOk : kRefused;
}

}  // namespace

void add_serve(CLI::App& app, Cli& cli) {
  CLI::App* command = app.add_subcommand("serve", "Run the server");
  const auto flags = add_config_flags(*command);
  command->callback([&cli, flags] { cli.action = [&cli, flags] { return start(cli, *flags); }; });
}

void add_migrate(CLI::App& app, Cli& cli) {
  CLI::App* command = app.add_subcommand(
      "migrate", "Bring the database to this version; serve does so as well when it starts");
  const auto flags = add_config_flags(*command);
  auto only_check = std::make_shared<bool>(false);
  command->add_flag("--check", *only_check, "Change nothing; refuse if it would have to");
  command->callback(
      [=, &cli] { cli.action = [=, &cli] { return migrate(cli, *flags, *only_check); }; });
}

void add_verify(CLI::App& app, Cli& cli) {
  CLI::App* command = app.add_subcommand(
      "verify", "Audit the database: hash chains, versions, read models against events");
  const auto flags = add_config_flags(*command);
  auto wishes = std::make_shared<VerifyFlags>();
  command->add_option("--write-checkpoint",
                      wishes->write_checkpoint,
                      "If it is whole, write a signed list of all streams' heads to this file");
  CLI::Option* against = command->add_option(
      "--against", wishes->against, "Find also what was changed since this checkpoint was written");
  command
      ->add_option("--public-key",
                   wishes->public_key,
                   "The key that must have signed it, 64 hexadecimal digits; else the server's own")
      ->needs(against);
  command->callback(
      [=, &cli] { cli.action = [=, &cli] { return verify_store(cli, *flags, *wishes); }; });
}

void add_version(CLI::App& app, Cli& cli) {
  CLI::App* command = app.add_subcommand("version", "Which version this is");
  command->callback([&cli] {
    cli.action = [&cli] {
      return cli.show(json::Object{{"version", FERMATA_VERSION}},
                      [] { return std::string("fermata " FERMATA_VERSION "\n"); });
    };
  });
}

}  // namespace fermata::app::cli
