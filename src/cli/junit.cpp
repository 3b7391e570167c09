// SPDX-License-Identifier: Apache-2.0
#include "cli/junit.h"

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <string_view>

#include "base/markup.h"

namespace puppis::cli {

namespace {

using render::deftest::Outcome;
using render::deftest::Report;

/// XML 1.0 has no way to write control characters other than line breaks and tabs.
std::string escaped(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; }, '?');
  return escapeMarkup(out);
}

std::string seconds(Nanos took) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(6) << std::chrono::duration<double>(took).count();
  return out.str();
}

std::ptrdiff_t failures(const Report& report) {
  return std::ranges::count_if(report.outcomes, [](const Outcome& o) { return !o.faults.empty(); });
}

}  // namespace

std::string junitXml(const std::vector<Report>& reports) {
  std::ostringstream out;
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const Report& report : reports) {
    out << "  <testsuite name=\"" << escaped(report.title) << "\" file=\"" << escaped(report.file)
        << "\" tests=\"" << report.outcomes.size() << "\" failures=\"" << failures(report) << "\" time=\""
        << seconds(report.took) << "\">\n";
    for (const Outcome& outcome : report.outcomes) {
      out << "    <testcase classname=\"" << escaped(report.title) << "\" name=\"" << escaped(outcome.name)
          << "\" time=\"" << seconds(outcome.took) << '"';
      if (outcome.faults.empty()) {
        out << "/>\n";
        continue;
      }
      out << ">\n";
      for (const Error& fault : outcome.faults) {
        out << "      <failure message=\"" << escaped(fault.message()) << "\">" << escaped(fault.report())
            << "</failure>\n";
      }
      out << "    </testcase>\n";
    }
    out << "  </testsuite>\n";
  }
  out << "</testsuites>\n";
  return out.str();
}

}  // namespace puppis::cli
