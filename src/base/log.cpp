// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <cstdio>

#include "base/clock.h"

namespace puppis {

void StderrLog::write(Level level, std::string_view message, std::initializer_list<LogField> fields) {
  if (level < least_) return;
  constexpr std::string_view names[] = {"DEBUG", "INFO ", "WARN ", "ERROR"};
  std::string line = formatRfc3339Micro(SystemClock().now());
  line += ' ';
  line += names[static_cast<int>(level)];
  line += ' ';
  line += message;
  for (const auto& [key, value] : fields) {
    line += ' ';
    line += key;
    line += '=';
    bool quote = value.empty() || value.find_first_of(" \"\n=") != std::string::npos;
    if (!quote) {
      line += value;
      continue;
    }
    line += '"';
    for (char c : value) {
      if (c == '"' || c == '\\') line += '\\';
      if (c == '\n') {
        line += "\\n";
      } else {
        line += c;
      }
    }
    line += '"';
  }
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace puppis
