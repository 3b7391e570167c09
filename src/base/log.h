// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace puppis {

/// One key and its value in a log line.
using LogField = std::pair<std::string_view, std::string>;

/// Where a component tells what it does: a constant message and keys with values. Never give it a secret.
class Log {
 public:
  enum class Level { Debug, Info, Warn, Error };
  virtual ~Log() = default;
  virtual void write(Level level, std::string_view message, std::initializer_list<LogField> fields) = 0;

  void debug(std::string_view message, std::initializer_list<LogField> f = {}) {
    write(Level::Debug, message, f);
  }
  void info(std::string_view message, std::initializer_list<LogField> f = {}) {
    write(Level::Info, message, f);
  }
  void warn(std::string_view message, std::initializer_list<LogField> f = {}) {
    write(Level::Warn, message, f);
  }
  void error(std::string_view message, std::initializer_list<LogField> f = {}) {
    write(Level::Error, message, f);
  }
};

/// Writes "time level message key=value ..." lines to standard error; safe to share between threads.
class StderrLog final : public Log {
 public:
  explicit StderrLog(Level least = Level::Info) : least_(least) {}
  void write(Level level, std::string_view message, std::initializer_list<LogField> fields) override;

 private:
  Level least_;
};

/// Drops everything.
class NullLog final : public Log {
 public:
  void write(Level, std::string_view, std::initializer_list<LogField>) override {}
};

}  // namespace puppis
