// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace puppis {

namespace {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { reset(); }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> makePipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return fail(ErrorCode::Io, std::string("pipe: ") + std::strerror(errno));
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<std::string> environmentWith(const std::vector<std::pair<std::string, std::string>>& extra) {
  std::map<std::string, std::string> merged;
  for (char** at = environ; *at != nullptr; ++at) {
    std::string_view entry(*at);
    auto equal = entry.find('=');
    if (equal != std::string_view::npos)
      merged[std::string(entry.substr(0, equal))] = entry.substr(equal + 1);
  }
  for (const auto& [key, value] : extra) merged[key] = value;
  std::vector<std::string> out;
  for (const auto& [key, value] : merged) out.push_back(key + "=" + value);
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (auto& s : strings) out.push_back(s.data());
  out.push_back(nullptr);
  return out;
}

/// Reads what is there into `out`; whether the pipe has more to come.
bool drain(const Descriptor& from, std::string& out) {
  std::array<char, 16384> buffer;
  ssize_t got = ::read(from.get(), buffer.data(), buffer.size());
  if (got > 0) out.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && errno == EINTR);
}

/// Feeds and drains the child until both its outputs are closed; whether that happened in time.
bool pump(Pipe& in, Pipe& out, Pipe& err, const ProcessRequest& request, ProcessResult& result) {
  SystemClock clock;
  Nanos deadline = clock.monotonic() + request.timeout;
  std::size_t written = 0;
  ::fcntl(in.write.get(), F_SETFL, O_NONBLOCK);
  if (request.input.empty()) in.write.reset();
  while (out.read.get() >= 0 || err.read.get() >= 0) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock.monotonic()).count();
    if (left <= 0) return false;
    std::array<pollfd, 3> fds{
        {{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}, {in.write.get(), POLLOUT, 0}}};
    if (::poll(fds.data(), fds.size(), static_cast<int>(left)) < 0 && errno != EINTR) return false;
    if (fds[0].revents != 0 && !drain(out.read, result.output)) out.read.reset();
    if (fds[1].revents != 0 && !drain(err.read, result.errors)) err.read.reset();
    if (fds[2].revents != 0) {
      ssize_t sent = ::write(in.write.get(), request.input.data() + written, request.input.size() - written);
      if (sent > 0) written += static_cast<std::size_t>(sent);
      bool again = sent < 0 && (errno == EAGAIN || errno == EINTR);
      if (written == request.input.size() || (sent < 0 && !again)) in.write.reset();
    }
  }
  return true;
}

}  // namespace

Result<ProcessResult> SystemProcesses::run(const ProcessRequest& request) {
  if (request.argv.empty()) return fail(ErrorCode::InvalidArgument, "no program named");
  TRY(Pipe in, makePipe());
  TRY(Pipe out, makePipe());
  TRY(Pipe err, makePipe());
  std::vector<std::string> argv = request.argv;
  std::vector<std::string> env = environmentWith(request.extraEnv);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, err.write.get(), 2);
  pid_t pid = 0;
  int failed =
      ::posix_spawnp(&pid, argv[0].c_str(), &actions, nullptr, pointers(argv).data(), pointers(env).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    auto code = failed == ENOENT ? ErrorCode::NotFound : ErrorCode::Io;
    return fail(code, "cannot run " + request.argv[0] + ": " + std::strerror(failed));
  }
  in.read.reset();
  out.write.reset();
  err.write.reset();
  ProcessResult result;
  bool inTime = pump(in, out, err, request, result);
  if (!inTime) ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!inTime) return fail(ErrorCode::Timeout, request.argv[0] + " did not end in time");
  result.exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

Result<int> Processes::attach(const std::vector<std::string>& /*argv*/) {
  return fail(ErrorCode::NotSupported, "there is no terminal for an interactive program");
}

Result<int> SystemProcesses::attach(const std::vector<std::string>& argv) {
  if (argv.empty()) return fail(ErrorCode::InvalidArgument, "no program named");
  std::vector<std::string> words = argv;
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // This process may have blocked signals for itself; the program gets its Ctrl-C.
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = 0;
  int failed = ::posix_spawnp(&pid, words[0].c_str(), nullptr, &attributes, pointers(words).data(), environ);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) {
    auto code = failed == ENOENT ? ErrorCode::NotFound : ErrorCode::Io;
    return fail(code, "cannot run " + words[0] + ": " + std::strerror(failed));
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace puppis
