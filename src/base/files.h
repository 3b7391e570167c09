// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace puppis {

/// Where files come from. Tests and simulation hold a MemoryFiles, the program a SystemFiles.
class Files {
 public:
  virtual ~Files() = default;
  /// The whole file. NotFound when there is none, Io when it cannot be read. "-" reads standard input.
  virtual Result<std::string> read(const std::string& path) = 0;
  /// Replaces the file as a whole: a reader sees the old or the new text, never a part (write aside, then
  /// rename).
  virtual Status write(const std::string& path, std::string_view text, unsigned mode = 0644) = 0;
  virtual Status remove(const std::string& path) = 0;
  virtual Status makeDirectories(const std::string& path) = 0;
  [[nodiscard]] virtual bool isDirectory(const std::string& path) = 0;
  [[nodiscard]] virtual bool exists(const std::string& path) = 0;
  /// Names (not paths) in a directory, sorted; directories end with '/'.
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
};

/// The machine's file system.
class SystemFiles final : public Files {
 public:
  Result<std::string> read(const std::string& path) override;
  Status write(const std::string& path, std::string_view text, unsigned mode) override;
  Status remove(const std::string& path) override;
  Status makeDirectories(const std::string& path) override;
  bool isDirectory(const std::string& path) override;
  bool exists(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
};

/// Files in memory, by exact path.
class MemoryFiles final : public Files {
 public:
  Result<std::string> read(const std::string& path) override;
  Status write(const std::string& path, std::string_view text, unsigned mode) override;
  Status remove(const std::string& path) override;
  Status makeDirectories(const std::string& path) override;
  bool isDirectory(const std::string& path) override;
  bool exists(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> files_;
};

/// Every file under `path` (or `path` itself when it is a file) whose name ends with one of `extensions`,
/// sorted by path. NotFound when `path` does not exist.
Result<std::vector<std::string>> findFiles(Files& files, const std::string& path,
                                           const std::vector<std::string>& extensions);

}  // namespace puppis
