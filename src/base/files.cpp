// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.h"

namespace puppis {

namespace {

Error ioError(const std::string& doing, const std::string& path, int error) {
  return Error(error == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
               doing + " " + path + ": " + std::strerror(error));
}

Result<std::string> readDescriptor(int fd, const std::string& path) {
  std::string out;
  char buffer[65536];
  for (;;) {
    ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(ioError("read", path, errno));
    if (n == 0) return out;
    out.append(buffer, static_cast<std::size_t>(n));
  }
}

Status writeAll(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(ioError("write", path, errno));
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace

Result<std::string> SystemFiles::read(const std::string& path) {
  if (path == "-") return readDescriptor(STDIN_FILENO, path);
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(ioError("open", path, errno));
  auto out = readDescriptor(fd, path);
  ::close(fd);
  return out;
}

Status SystemFiles::write(const std::string& path, std::string_view text, unsigned mode) {
  std::string aside = path + ".tmp" + std::to_string(::getpid());
  int fd = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0) return fail(ioError("create", aside, errno));
  Status written = writeAll(fd, text, aside);
  if (written && ::fsync(fd) != 0) written = fail(ioError("fsync", aside, errno));
  if (::close(fd) != 0 && written) written = fail(ioError("close", aside, errno));
  if (written && ::rename(aside.c_str(), path.c_str()) != 0)
    written = fail(ioError("rename to", path, errno));
  if (!written) ::unlink(aside.c_str());
  return written;
}

Status SystemFiles::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return fail(ioError("remove", path, errno));
  return {};
}

Status SystemFiles::makeDirectories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail(ErrorCode::Io, "create directory " + path + ": " + error.message());
  return {};
}

bool SystemFiles::isDirectory(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

bool SystemFiles::exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

Result<std::vector<std::string>> SystemFiles::list(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> names;
  std::filesystem::directory_iterator it(directory, error);
  if (error) return fail(ErrorCode::NotFound, "list " + directory + ": " + error.message());
  for (; it != std::filesystem::directory_iterator(); it.increment(error)) {
    if (error) return fail(ErrorCode::Io, "list " + directory + ": " + error.message());
    std::error_code ignored;
    names.push_back(it->path().filename().string() + (it->is_directory(ignored) ? "/" : ""));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::string> MemoryFiles::read(const std::string& path) {
  std::lock_guard lock(mutex_);
  auto it = files_.find(path);
  if (it == files_.end()) return fail(ErrorCode::NotFound, "open " + path + ": no such file");
  return it->second;
}

Status MemoryFiles::write(const std::string& path, std::string_view text, unsigned /*mode*/) {
  std::lock_guard lock(mutex_);
  files_[path] = text;
  return {};
}

Status MemoryFiles::remove(const std::string& path) {
  std::lock_guard lock(mutex_);
  if (files_.erase(path) == 0) return fail(ErrorCode::NotFound, "remove " + path + ": no such file");
  return {};
}

Status MemoryFiles::makeDirectories(const std::string& /*path*/) {
  return {};
}

bool MemoryFiles::isDirectory(const std::string& path) {
  std::lock_guard lock(mutex_);
  auto it = files_.lower_bound(path + "/");
  return it != files_.end() && startsWith(it->first, path + "/");
}

bool MemoryFiles::exists(const std::string& path) {
  {
    std::lock_guard lock(mutex_);
    if (files_.count(path) != 0) return true;
  }
  return isDirectory(path);
}

Result<std::vector<std::string>> MemoryFiles::list(const std::string& directory) {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  std::string prefix = directory + "/";
  for (auto it = files_.lower_bound(prefix); it != files_.end() && startsWith(it->first, prefix); ++it) {
    std::string rest = it->first.substr(prefix.size());
    auto slash = rest.find('/');
    std::string name = slash == std::string::npos ? rest : rest.substr(0, slash + 1);
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  if (names.empty()) return fail(ErrorCode::NotFound, "list " + directory + ": no such directory");
  return names;
}

Result<std::vector<std::string>> findFiles(Files& files, const std::string& path,
                                           const std::vector<std::string>& extensions) {
  if (!files.isDirectory(path)) {
    if (!files.exists(path)) return fail(ErrorCode::NotFound, "no such file or directory: " + path);
    return std::vector<std::string>{path};
  }
  std::vector<std::string> out;
  TRY(auto names, files.list(path));
  for (const std::string& name : names) {
    if (endsWith(name, "/")) {
      TRY(auto below, findFiles(files, path + "/" + name.substr(0, name.size() - 1), extensions));
      out.insert(out.end(), below.begin(), below.end());
    } else if (std::any_of(extensions.begin(), extensions.end(),
                           [&](const auto& e) { return endsWith(name, e); })) {
      out.push_back(path + "/" + name);
    }
  }
  return out;
}

}  // namespace puppis
