// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include "cue/builtin/go_format.h"
#include "cue/builtin/template_tree.h"
#include "cue/builtin/unicode.h"

// What Go's fmt makes of values that were decoded from CUE into interfaces.

namespace puppis::cue::builtin::templates {

namespace {

using Type = Value::Type;

std::string goType(const Value& value) {
  switch (value.type) {
    case Type::Null:
      return "<nil>";
    case Type::Bool:
      return "bool";
    case Type::Number:
      return value.num.isInt() ? "int" : "float64";
    case Type::String:
      return "string";
    case Type::Bytes:
      return "[]uint8";
    case Type::List:
      return "[]interface {}";
    case Type::Struct:
      return "map[string]interface {}";
    case Type::Handle:
      break;
  }
  return "?";
}

std::vector<Field> sortedFields(const Value& value) {
  std::vector<Field> out(value.structure().begin(), value.structure().end());
  std::sort(out.begin(), out.end(), [](const Field& a, const Field& b) { return a.label < b.label; });
  return out;
}

std::string hex(std::string_view text, bool upper) {
  const char* digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string inBase(std::int64_t value, unsigned base, bool upper) {
  const char* digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  auto rest = value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  std::string out;
  do {
    out += digits[rest % base];
    rest /= base;
  } while (rest != 0);
  if (value < 0) out += '-';
  std::reverse(out.begin(), out.end());
  return out;
}

struct Spec {
  char verb = 'v';
  bool minus = false;
  bool plus = false;
  bool sharp = false;
  bool space = false;
  bool zero = false;
  int width = -1;
  int precision = -1;
};

std::string padded(const Spec& spec, std::string text, bool isNumber) {
  const auto length = static_cast<int>(unicode::count(text));
  if (spec.width <= length) return text;
  const auto missing = static_cast<std::size_t>(spec.width - length);
  if (spec.minus) return text + std::string(missing, ' ');
  if (!spec.zero || !isNumber) return std::string(missing, ' ') + text;
  const std::size_t sign = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  return text.insert(sign, missing, '0');
}

std::string withSign(const Spec& spec, std::string text) {
  if (!text.empty() && text[0] == '-') return text;
  return spec.plus ? '+' + text : spec.space ? ' ' + text : text;
}

std::string formatted(const Spec& spec, const Value& value);

std::string wrongVerb(const Spec& spec, const Value& value) {
  std::string out = std::string("%!") + spec.verb + '(';
  if (value.type == Type::Null) return out + "<nil>)";
  return out + goType(value) + '=' + shown(value) + ')';
}

std::string integer(const Spec& spec, const Value& value) {
  const auto small = number::toInt64(value.num);
  switch (spec.verb) {
    case 'v':
    case 'd':
      return padded(spec, withSign(spec, number::toPlainText(value.num)), true);
    case 'b':
    case 'o':
    case 'x':
    case 'X': {
      if (!small) return wrongVerb(spec, value);
      const unsigned base = spec.verb == 'b' ? 2 : spec.verb == 'o' ? 8 : 16;
      return padded(spec, withSign(spec, inBase(*small, base, spec.verb == 'X')), true);
    }
    case 'c':
    case 'q':
    case 'U': {
      if (!small) return wrongVerb(spec, value);
      std::string out;
      unicode::append(out, static_cast<char32_t>(*small));
      if (spec.verb == 'q')
        out = gofmt::quoteRune(static_cast<std::int32_t>(*small), gofmt::Quoting::Printable);
      if (spec.verb == 'U') {
        out = inBase(*small, 16, true);
        out = "U+" + std::string(out.size() < 4 ? 4 - out.size() : 0, '0') + out;
      }
      return padded(spec, out, false);
    }
    default:
      return wrongVerb(spec, value);
  }
}

/// As %v: the shortest digits, with an exponent below 1e-4 and from 1e21 on.
std::string plainFloat(double value) {
  std::string out = gofmt::formatFloat(value, 'g', -1, 64);
  const std::size_t e = out.find('e');
  if (e == std::string::npos || !std::isfinite(value)) return out;
  const int exponent = std::stoi(out.substr(e + 1));
  return exponent < -4 || exponent >= 21 ? out : gofmt::formatFloat(value, 'f', -1, 64);
}

std::string real(const Spec& spec, const Value& value) {
  const double number = number::toDouble(value.num);
  std::string out;
  switch (spec.verb) {
    case 'v':
      out = plainFloat(number);
      break;
    case 'g':
    case 'G':
      out =
          spec.precision < 0 ? plainFloat(number) : gofmt::formatFloat(number, spec.verb, spec.precision, 64);
      break;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
      out = gofmt::formatFloat(number, spec.verb == 'F' ? 'f' : spec.verb,
                               spec.precision < 0 ? 6 : spec.precision, 64);
      break;
    default:
      return wrongVerb(spec, value);
  }
  return padded(spec, withSign(spec, out), true);
}

std::string textual(const Spec& spec, const Value& value) {
  std::string text(value.str());
  if (spec.precision >= 0) {
    std::size_t at = 0;
    for (int i = 0; i < spec.precision && at < text.size(); ++i) at += unicode::decode(text, at).length;
    text.resize(at);
  }
  switch (spec.verb) {
    case 'v':
    case 's':
      return padded(spec, text, false);
    case 'q':
      return padded(spec, gofmt::quote(text, '"', gofmt::Quoting::Printable), false);
    case 'x':
    case 'X':
      return padded(spec, hex(text, spec.verb == 'X'), false);
    default:
      return wrongVerb(spec, value);
  }
}

/// In a list or map nil is shown whatever the verb.
std::string within(const Spec& spec, const Value& value) {
  return value.type == Type::Null ? padded(spec, "<nil>", false) : formatted(spec, value);
}

std::string formatted(const Spec& spec, const Value& value) {
  if (spec.verb == 'T') return padded(spec, goType(value), false);
  switch (value.type) {
    case Type::Null:
      return spec.verb == 'v' ? padded(spec, "<nil>", false) : wrongVerb(spec, value);
    case Type::Bool:
      if (spec.verb != 'v' && spec.verb != 't') return wrongVerb(spec, value);
      return padded(spec, value.boolean ? "true" : "false", false);
    case Type::Number:
      return value.num.isInt() ? integer(spec, value) : real(spec, value);
    case Type::String:
      return textual(spec, value);
    case Type::Bytes: {
      if (spec.verb != 'v' && spec.verb != 'd') return textual(spec, value);
      std::string out = "[";
      for (const char c : value.str()) {
        if (out.size() > 1) out += ' ';
        out += std::to_string(static_cast<unsigned char>(c));
      }
      return out + ']';
    }
    case Type::List: {
      std::string out = "[";
      for (const Value& element : value.list()) {
        if (out.size() > 1) out += ' ';
        out += within(spec, element);
      }
      return out + ']';
    }
    case Type::Struct: {
      std::string out = "map[";
      Spec labels = spec;
      if (labels.verb == 'd') labels.verb = 'v';
      for (const Field& field : sortedFields(value)) {
        if (out.size() > 4) out += ' ';
        out += formatted(labels, Value::string(field.label)) + ':' + within(spec, field.value);
      }
      return out + ']';
    }
    case Type::Handle:
      break;
  }
  return wrongVerb(spec, value);
}

/// Reads the flags, width and precision at `at`, behind the "%".
Spec specAt(std::string_view format, std::size_t& at, std::span<const Value> values, std::size_t& next) {
  Spec out;
  for (; at < format.size(); ++at) {
    const char c = format[at];
    if (c == '-') {
      out.minus = true;
    } else if (c == '+') {
      out.plus = true;
    } else if (c == '#') {
      out.sharp = true;
    } else if (c == ' ') {
      out.space = true;
    } else if (c == '0') {
      out.zero = true;
    } else {
      break;
    }
  }
  const auto count = [&](int missing) {
    if (at < format.size() && format[at] == '*') {
      ++at;
      const auto given =
          next < values.size() && values[next].type == Type::Number ? number::toInt64(values[next].num) : 0;
      ++next;
      return static_cast<int>(std::clamp<std::int64_t>(given.value_or(0), -1000, 1000));
    }
    if (at >= format.size() || format[at] < '0' || format[at] > '9') return missing;
    int n = 0;
    for (; at < format.size() && format[at] >= '0' && format[at] <= '9'; ++at)
      n = std::min(1000, n * 10 + (format[at] - '0'));
    return n;
  };
  out.width = count(-1);
  if (out.width < -1) {
    out.minus = true;
    out.width = -out.width;
  }
  if (at < format.size() && format[at] == '.') {
    ++at;
    out.precision = count(0);
  }
  return out;
}

}  // namespace

std::string shown(const Value& value) {
  return formatted(Spec{}, value);
}

std::string print(std::span<const Value> values) {
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0 && values[i].type != Type::String && values[i - 1].type != Type::String) out += ' ';
    out += shown(values[i]);
  }
  return out;
}

std::string printLine(std::span<const Value> values) {
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ' ';
    out += shown(values[i]);
  }
  return out + '\n';
}

std::string printFormatted(std::string_view format, std::span<const Value> values) {
  std::string out;
  std::size_t next = 0;
  for (std::size_t at = 0; at < format.size();) {
    if (format[at] != '%') {
      out += format[at++];
      continue;
    }
    ++at;
    Spec spec = specAt(format, at, values, next);
    if (at >= format.size()) {
      out += "%!(NOVERB)";
      break;
    }
    spec.verb = format[at++];
    if (spec.verb == '%') {
      out += '%';
    } else if (next >= values.size()) {
      out += std::string("%!") + spec.verb + "(MISSING)";
    } else {
      out += formatted(spec, values[next++]);
    }
  }
  if (next < values.size()) {
    out += "%!(EXTRA ";
    for (std::size_t i = next; i < values.size(); ++i) {
      if (i > next) out += ", ";
      out += values[i].type == Type::Null ? "<nil>" : goType(values[i]) + '=' + shown(values[i]);
    }
    out += ')';
  }
  return out;
}

}  // namespace puppis::cue::builtin::templates
