// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/time_layout.h"

#include <array>
#include <limits>
#include <vector>

#include "base/strings.h"
#include "cue/builtin/go_format.h"

namespace puppis::cue::builtin::timefmt {

namespace {

using Text = std::string_view;

enum class Field : std::uint8_t {
  Literal,
  Year,
  LongYear,
  Month,
  LongMonth,
  NumMonth,
  ZeroMonth,
  Weekday,
  LongWeekday,
  Day,
  SpaceDay,
  ZeroDay,
  SpaceYearDay,
  ZeroYearDay,
  Hour,
  Hour12,
  ZeroHour12,
  Minute,
  ZeroMinute,
  Second,
  ZeroSecond,
  UpperPm,
  LowerPm,
  ZoneName,
  Offset,
  Fraction0,
  Fraction9,
};

/// A piece of a layout. For offsets: how they are written; for fractions: digits and separator.
struct Piece {
  Field field = Field::Literal;
  Text text;
  bool z = false;  ///< UTC is written Z
  bool colons = false;
  int parts = 2;  ///< 1 hours, 2 with minutes, 3 with seconds
};

constexpr std::array<Text, 12> kMonths = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};
constexpr std::array<Text, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                       "Thursday", "Friday", "Saturday"};

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}
bool digitAt(Text text, std::size_t at) {
  return at < text.size() && isDigit(text[at]);
}
bool lowerAt(Text text, std::size_t at) {
  return at < text.size() && text[at] >= 'a' && text[at] <= 'z';
}

/// The piece that begins exactly at `at`, or nothing when a literal does.
std::optional<Piece> pieceAt(Text layout, std::size_t at) {
  Text rest = layout.substr(at);
  auto simple = [&](Field field, std::size_t length) { return Piece{field, rest.substr(0, length)}; };
  switch (rest[0]) {
    case 'J':
      if (rest.starts_with("January")) return simple(Field::LongMonth, 7);
      if (rest.starts_with("Jan") && !lowerAt(rest, 3)) return simple(Field::Month, 3);
      break;
    case 'M':
      if (rest.starts_with("Monday")) return simple(Field::LongWeekday, 6);
      if (rest.starts_with("Mon") && !lowerAt(rest, 3)) return simple(Field::Weekday, 3);
      if (rest.starts_with("MST")) return simple(Field::ZoneName, 3);
      break;
    case '0':
      if (rest.size() >= 2 && rest[1] >= '1' && rest[1] <= '6') {
        constexpr std::array<Field, 6> kZero = {Field::ZeroMonth,  Field::ZeroDay,    Field::ZeroHour12,
                                                Field::ZeroMinute, Field::ZeroSecond, Field::Year};
        return simple(kZero[static_cast<std::size_t>(rest[1] - '1')], 2);
      }
      if (rest.starts_with("002")) return simple(Field::ZeroYearDay, 3);
      break;
    case '1':
      return rest.starts_with("15") ? simple(Field::Hour, 2) : simple(Field::NumMonth, 1);
    case '2':
      return rest.starts_with("2006") ? simple(Field::LongYear, 4) : simple(Field::Day, 1);
    case '_':
      if (rest.starts_with("_2006")) break;  // a literal underscore before the year
      if (rest.starts_with("_2")) return simple(Field::SpaceDay, 2);
      if (rest.starts_with("__2")) return simple(Field::SpaceYearDay, 3);
      break;
    case '3':
      return simple(Field::Hour12, 1);
    case '4':
      return simple(Field::Minute, 1);
    case '5':
      return simple(Field::Second, 1);
    case 'P':
      if (rest.starts_with("PM")) return simple(Field::UpperPm, 2);
      break;
    case 'p':
      if (rest.starts_with("pm")) return simple(Field::LowerPm, 2);
      break;
    case '-':
    case 'Z': {
      bool z = rest[0] == 'Z';
      Text digits = rest.substr(1);
      if (digits.starts_with("070000")) return Piece{Field::Offset, rest.substr(0, 7), z, false, 3};
      if (digits.starts_with("07:00:00")) return Piece{Field::Offset, rest.substr(0, 9), z, true, 3};
      if (digits.starts_with("0700")) return Piece{Field::Offset, rest.substr(0, 5), z, false, 2};
      if (digits.starts_with("07:00")) return Piece{Field::Offset, rest.substr(0, 6), z, true, 2};
      if (digits.starts_with("07")) return Piece{Field::Offset, rest.substr(0, 3), z, false, 1};
      break;
    }
    case '.':
    case ',': {
      if (rest.size() < 2 || (rest[1] != '0' && rest[1] != '9')) break;
      std::size_t end = 1;
      while (end < rest.size() && rest[end] == rest[1]) ++end;
      if (digitAt(rest, end)) break;
      return simple(rest[1] == '0' ? Field::Fraction0 : Field::Fraction9, end);
    }
    default:
      break;
  }
  return std::nullopt;
}

std::vector<Piece> piecesOf(Text layout) {
  std::vector<Piece> out;
  std::size_t literal = 0;
  for (std::size_t at = 0; at < layout.size();) {
    auto piece = pieceAt(layout, at);
    if (!piece) {
      ++at;
      continue;
    }
    if (at > literal) out.push_back({Field::Literal, layout.substr(literal, at - literal)});
    out.push_back(*piece);
    at += piece->text.size();
    literal = at;
  }
  if (literal < layout.size()) out.push_back({Field::Literal, layout.substr(literal)});
  return out;
}

bool isLeap(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int daysIn(int month, std::int64_t year) {
  constexpr std::array<int, 12> kDaysIn = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && isLeap(year) ? 29 : kDaysIn[static_cast<std::size_t>(month - 1)];
}

/// Days since the epoch of a date in the proleptic Gregorian calendar, by eras of 400 years.
std::int64_t daysFromCivil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  std::int64_t yearOfEra = year - era * 400;
  std::int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  std::int64_t dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

std::string padded(std::int64_t value, std::size_t width) {
  std::string out = std::to_string(value < 0 ? -value : value);
  if (out.size() < width) out.insert(0, width - out.size(), '0');
  return value < 0 ? '-' + out : out;
}

std::string offsetText(int offset, const Piece& piece) {
  if (piece.z && offset == 0) return "Z";
  int magnitude = offset < 0 ? -offset : offset;
  // The sign is that of the whole minutes.
  std::string out = offset / 60 < 0 ? "-" : "+";
  out += padded(magnitude / 3600, 2);
  std::string colon = piece.colons ? ":" : "";
  if (piece.parts >= 2) out += colon + padded(magnitude / 60 % 60, 2);
  if (piece.parts >= 3) out += colon + padded(magnitude % 60, 2);
  return out;
}

std::string fractionText(int nanoseconds, const Piece& piece) {
  bool trimmed = piece.field == Field::Fraction9;
  if (trimmed && nanoseconds == 0) return {};
  std::string digits = padded(nanoseconds, 9);
  std::size_t wanted = piece.text.size() - 1;
  if (wanted < digits.size()) digits.resize(wanted);
  if (trimmed) {
    while (!digits.empty() && digits.back() == '0') digits.pop_back();
    if (digits.empty()) return {};
  }
  return piece.text[0] + digits;
}

int hour12(int hour) {
  return hour % 12 == 0 ? 12 : hour % 12;
}

/// The reading of one value by one layout.
class Parser {
 public:
  Parser(Text layout, Text value)
      : layout_(layout), whole_(value), value_(value), pieces_(piecesOf(layout)) {}

  Result<Moment> run() {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      const Piece& piece = pieces_[i];
      Text before = value_;
      bool good = piece.field == Field::Literal ? skip(piece.text) : read(piece, i);
      if (!range_.empty()) return failure(piece.text, value_, ": " + std::string(range_) + " out of range");
      if (!good) return failure(piece.text, piece.field == Field::Literal ? value_ : before, "");
    }
    if (!value_.empty()) {
      return failure("", value_, ": extra text: " + gofmt::quote(value_, '"', gofmt::Quoting::Printable));
    }
    return finish();
  }

 private:
  static std::string quoted(Text text) { return gofmt::quote(text, '"', gofmt::Quoting::Printable); }

  tl::unexpected<Error> failure(Text element, Text at, const std::string& message) const {
    if (!message.empty()) return fail(ErrorCode::InvalidArgument, "parsing time " + quoted(whole_) + message);
    return fail(ErrorCode::InvalidArgument, "parsing time " + quoted(whole_) + " as " + quoted(layout_) +
                                                ": cannot parse " + quoted(at) + " as " + quoted(element));
  }

  /// Blanks of the layout match any number of blanks.
  bool skip(Text literal) {
    while (!literal.empty()) {
      if (literal[0] == ' ') {
        if (!value_.empty() && value_[0] != ' ') return false;
        while (literal.starts_with(' ')) literal.remove_prefix(1);
        while (value_.starts_with(' ')) value_.remove_prefix(1);
        continue;
      }
      if (value_.empty() || value_[0] != literal[0]) return false;
      literal.remove_prefix(1);
      value_.remove_prefix(1);
    }
    return true;
  }

  /// One or two digits; exactly two when `fixed`.
  bool number(int& out, bool fixed) {
    if (!digitAt(value_, 0)) return false;
    std::size_t length = digitAt(value_, 1) ? 2 : 1;
    if (fixed && length != 2) return false;
    out = std::stoi(std::string(value_.substr(0, length)));
    value_.remove_prefix(length);
    return true;
  }

  template <std::size_t N>
  bool name(const std::array<Text, N>& names, bool abbreviated, int& out) {
    for (std::size_t i = 0; i < N; ++i) {
      Text wanted = abbreviated ? names[i].substr(0, 3) : names[i];
      if (value_.size() >= wanted.size() && toLower(value_.substr(0, wanted.size())) == toLower(wanted)) {
        out = static_cast<int>(i);
        value_.remove_prefix(wanted.size());
        return true;
      }
    }
    return false;
  }

  bool digits(std::size_t count, std::int64_t& out) {
    if (value_.size() < count) return false;
    out = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!digitAt(value_, i)) return false;
      out = out * 10 + (value_[i] - '0');
    }
    value_.remove_prefix(count);
    return true;
  }

  /// A separator and `count` digits; those past nine are dropped.
  bool fraction(std::size_t count) {
    if (value_.size() < count + 1 || (value_[0] != '.' && value_[0] != ',')) return false;
    std::int64_t out = 0;
    for (std::size_t i = 0; i < 9; ++i) {
      if (i < count && !digitAt(value_, i + 1)) return false;
      out = out * 10 + (i < count ? value_[i + 1] - '0' : 0);
    }
    nanoseconds_ = static_cast<int>(out);
    value_.remove_prefix(count + 1);
    return true;
  }

  [[nodiscard]] std::size_t fractionDigits() const {
    std::size_t count = 0;
    if (value_.size() >= 2 && (value_[0] == '.' || value_[0] == ',')) {
      while (digitAt(value_, count + 1)) ++count;
    }
    return count;
  }

  bool meridiem(Text am, Text pm) {
    Text word = value_.substr(0, 2);
    if (word != am && word != pm) return false;
    (word == pm ? pm_ : am_) = true;
    value_.remove_prefix(2);
    return true;
  }

  bool within(int value, int low, int high, Text what) {
    if (value < low || value > high) range_ = what;
    return true;
  }

  bool second(std::size_t index, bool fixed) {
    if (!number(second_, fixed)) return false;
    if (second_ > 59) return within(second_, 0, 59, "second");
    // A fraction may follow that the layout does not show.
    std::size_t count = fractionDigits();
    bool shown = false;
    for (std::size_t i = index + 1; i < pieces_.size(); ++i) {
      if (pieces_[i].field == Field::Literal) continue;
      shown = pieces_[i].field == Field::Fraction0 || pieces_[i].field == Field::Fraction9;
      break;
    }
    return count == 0 || shown || fraction(count);
  }

  bool offset(const Piece& piece) {
    if (piece.z && value_.starts_with('Z')) {
      value_.remove_prefix(1);
      utc_ = true;
      return true;
    }
    if (value_.empty()) return false;
    char sign = value_[0];
    Text rest = value_.substr(1);
    std::array<int, 3> parts{};
    for (int i = 0; i < piece.parts; ++i) {
      if (i > 0 && piece.colons) {
        if (!rest.starts_with(':')) return false;
        rest.remove_prefix(1);
      }
      if (!digitAt(rest, 0) || !digitAt(rest, 1)) return false;
      parts[static_cast<std::size_t>(i)] = (rest[0] - '0') * 10 + (rest[1] - '0');
      rest.remove_prefix(2);
    }
    within(parts[0], 0, 24, "time zone offset hour");
    within(parts[1], 0, 60, "time zone offset minute");
    within(parts[2], 0, 60, "time zone offset second");
    if (sign != '+' && sign != '-') return false;
    offset_ = (parts[0] * 60 + parts[1]) * 60 + parts[2];
    if (sign == '-') offset_ = -*offset_;
    value_ = rest;
    return true;
  }

  static std::size_t signedOffsetLength(Text text) {
    if (text.empty() || (text[0] != '+' && text[0] != '-')) return 0;
    std::size_t end = 1;
    int hours = 0;
    while (digitAt(text, end) && end < 4) hours = hours * 10 + (text[end++] - '0');
    return end == 1 || digitAt(text, end) || hours > 23 ? 0 : end;
  }

  /// Length of a zone's abbreviation at the start of the value; 0 when there is none.
  [[nodiscard]] std::size_t zoneNameLength() const {
    Text text = value_;
    if (text.size() < 3) return 0;
    if (text.starts_with("ChST") || text.starts_with("MeST")) return 4;
    if (text.starts_with("GMT")) return 3 + signedOffsetLength(text.substr(3));
    if (text[0] == '+' || text[0] == '-') return signedOffsetLength(text);
    std::size_t upper = 0;
    while (upper < 6 && upper < text.size() && text[upper] >= 'A' && text[upper] <= 'Z') ++upper;
    if (upper == 5) return text[4] == 'T' ? 5 : 0;
    if (upper == 4) return text[3] == 'T' || text.starts_with("WITA") ? 4 : 0;
    return upper == 3 ? 3 : 0;
  }

  bool zoneName() {
    if (value_.starts_with("UTC")) {
      utc_ = true;
      value_.remove_prefix(3);
      return true;
    }
    std::size_t length = zoneNameLength();
    if (length == 0) return false;
    zone_ = std::string(value_.substr(0, length));
    value_.remove_prefix(length);
    return true;
  }

  bool read(const Piece& piece, std::size_t index) {
    switch (piece.field) {
      case Field::Literal:
        return skip(piece.text);
      case Field::Year: {
        std::int64_t two = 0;
        if (!digits(2, two)) return false;
        constexpr int kPivot = 69;
        year_ = two >= kPivot ? 1900 + two : 2000 + two;
        return true;
      }
      case Field::LongYear:
        return digits(4, year_);
      case Field::Month:
      case Field::LongMonth: {
        int at = 0;
        if (!name(kMonths, piece.field == Field::Month, at)) return false;
        month_ = at + 1;
        return true;
      }
      case Field::NumMonth:
      case Field::ZeroMonth:
        return number(month_, piece.field == Field::ZeroMonth) && within(month_, 1, 12, "month");
      case Field::Weekday:
      case Field::LongWeekday: {
        int ignored = 0;
        return name(kDays, piece.field == Field::Weekday, ignored);
      }
      case Field::Day:
      case Field::SpaceDay:
      case Field::ZeroDay:
        if (piece.field == Field::SpaceDay && value_.starts_with(' ')) value_.remove_prefix(1);
        return number(day_, piece.field == Field::ZeroDay);
      case Field::SpaceYearDay:
      case Field::ZeroYearDay:
        return yearDay(piece.field == Field::ZeroYearDay);
      case Field::Hour:
        return number(hour_, false) && within(hour_, 0, 23, "hour");
      case Field::Hour12:
      case Field::ZeroHour12:
        return number(hour_, piece.field == Field::ZeroHour12) && within(hour_, 0, 12, "hour");
      case Field::Minute:
      case Field::ZeroMinute:
        return number(minute_, piece.field == Field::ZeroMinute) && within(minute_, 0, 59, "minute");
      case Field::Second:
      case Field::ZeroSecond:
        return second(index, piece.field == Field::ZeroSecond);
      case Field::UpperPm:
        return meridiem("AM", "PM");
      case Field::LowerPm:
        return meridiem("am", "pm");
      case Field::ZoneName:
        return zoneName();
      case Field::Offset:
        return offset(piece);
      case Field::Fraction0:
        return fraction(piece.text.size() - 1);
      case Field::Fraction9: {
        std::size_t count = fractionDigits();
        return count == 0 || fraction(count);
      }
    }
    return false;
  }

  bool yearDay(bool fixed) {
    for (int i = 0; i < 2 && !fixed && value_.starts_with(' '); ++i) value_.remove_prefix(1);
    std::size_t count = 0;
    while (count < 3 && digitAt(value_, count)) ++count;
    if (count == 0 || (fixed && count != 3)) return false;
    yearDay_ = std::stoi(std::string(value_.substr(0, count)));
    value_.remove_prefix(count);
    return true;
  }

  Result<Moment> finish() {
    if (pm_ && hour_ < 12) hour_ += 12;
    if (!pm_ && am_ && hour_ == 12) hour_ = 0;
    if (yearDay_ >= 0) {
      int left = yearDay_;
      int month = 1;
      while (month <= 12 && left > daysIn(month, year_)) left -= daysIn(month++, year_);
      if (yearDay_ < 1 || month > 12) return failure("", value_, ": day-of-year out of range");
      if (month_ >= 0 && month_ != month) return failure("", value_, ": day-of-year does not match month");
      if (day_ >= 0 && day_ != left) return failure("", value_, ": day-of-year does not match day");
      month_ = month;
      day_ = left;
    }
    if (month_ < 0) month_ = 1;
    if (day_ < 0) day_ = 1;
    if (day_ < 1 || day_ > daysIn(month_, year_)) return failure("", value_, ": day out of range");
    Moment out;
    out.seconds = daysFromCivil(year_, month_, day_) * 86400 + hour_ * 3600 + minute_ * 60 + second_;
    out.nanoseconds = nanoseconds_;
    if (utc_) return out;
    if (offset_) {
      out.seconds -= *offset_;
      if (*offset_ != 0 || (!zone_.empty() && zone_ != "UTC")) {
        out.offset = *offset_;
        out.zone = zone_;
      }
    } else if (!zone_.empty()) {
      // An abbreviation that is not known counts as UTC, but for GMT with a number.
      if (zone_.size() > 3 && zone_.starts_with("GMT")) out.offset = std::stoi(zone_.substr(3)) * 3600;
      out.zone = zone_;
    }
    return out;
  }

  Text layout_;
  Text whole_;
  Text value_;
  std::vector<Piece> pieces_;
  Text range_;
  std::int64_t year_ = 0;
  int month_ = -1;
  int day_ = -1;
  int yearDay_ = -1;
  int hour_ = 0;
  int minute_ = 0;
  int second_ = 0;
  int nanoseconds_ = 0;
  bool am_ = false;
  bool pm_ = false;
  bool utc_ = false;
  std::optional<int> offset_;
  std::string zone_;
};

struct Unit {
  Text name;
  std::uint64_t nanoseconds;
};
constexpr std::array<Unit, 8> kUnits = {{{"ns", 1},
                                         {"us", 1000},
                                         {"\xC2\xB5s", 1000},
                                         {"\xCE\xBCs", 1000},
                                         {"ms", 1'000'000},
                                         {"s", 1'000'000'000},
                                         {"m", 60'000'000'000},
                                         {"h", 3'600'000'000'000}}};

}  // namespace

Calendar calendarOf(const Moment& moment) {
  std::int64_t local = moment.seconds + moment.offset;
  std::int64_t days = local / 86400;
  std::int64_t rest = local % 86400;
  if (rest < 0) {
    rest += 86400;
    --days;
  }
  Calendar out;
  out.hour = static_cast<int>(rest / 3600);
  out.minute = static_cast<int>(rest / 60 % 60);
  out.second = static_cast<int>(rest % 60);
  out.weekday = static_cast<int>(((days % 7) + 11) % 7);  // the epoch was a Thursday
  std::int64_t shifted = days + 719468;
  std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  std::int64_t dayOfEra = shifted - era * 146097;
  std::int64_t yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  std::int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  std::int64_t monthFromMarch = (5 * dayOfYear + 2) / 153;
  out.day = static_cast<int>(dayOfYear - (153 * monthFromMarch + 2) / 5) + 1;
  out.month = static_cast<int>(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9);
  out.year = yearOfEra + era * 400 + (out.month <= 2 ? 1 : 0);
  out.yearDay = static_cast<int>(days - daysFromCivil(out.year, 1, 1)) + 1;
  return out;
}

Result<Moment> parse(Text layout, Text value) {
  return Parser(layout, value).run();
}

std::string format(const Moment& moment, Text layout) {
  Calendar c = calendarOf(moment);
  std::string out;
  auto spaced = [](int value, std::size_t width) {
    std::string digits = std::to_string(value);
    return std::string(width > digits.size() ? width - digits.size() : 0, ' ') + digits;
  };
  Text month = kMonths[static_cast<std::size_t>(c.month - 1)];
  Text day = kDays[static_cast<std::size_t>(c.weekday)];
  for (const Piece& piece : piecesOf(layout)) {
    switch (piece.field) {
      case Field::Literal:
        out += piece.text;
        break;
      case Field::Year:
        out += padded((c.year < 0 ? -c.year : c.year) % 100, 2);
        break;
      case Field::LongYear:
        out += padded(c.year, 4);
        break;
      case Field::Month:
        out += month.substr(0, 3);
        break;
      case Field::LongMonth:
        out += month;
        break;
      case Field::NumMonth:
        out += std::to_string(c.month);
        break;
      case Field::ZeroMonth:
        out += padded(c.month, 2);
        break;
      case Field::Weekday:
        out += day.substr(0, 3);
        break;
      case Field::LongWeekday:
        out += day;
        break;
      case Field::Day:
        out += std::to_string(c.day);
        break;
      case Field::SpaceDay:
        out += spaced(c.day, 2);
        break;
      case Field::ZeroDay:
        out += padded(c.day, 2);
        break;
      case Field::SpaceYearDay:
        out += spaced(c.yearDay, 3);
        break;
      case Field::ZeroYearDay:
        out += padded(c.yearDay, 3);
        break;
      case Field::Hour:
        out += padded(c.hour, 2);
        break;
      case Field::Hour12:
        out += std::to_string(hour12(c.hour));
        break;
      case Field::ZeroHour12:
        out += padded(hour12(c.hour), 2);
        break;
      case Field::Minute:
        out += std::to_string(c.minute);
        break;
      case Field::ZeroMinute:
        out += padded(c.minute, 2);
        break;
      case Field::Second:
        out += std::to_string(c.second);
        break;
      case Field::ZeroSecond:
        out += padded(c.second, 2);
        break;
      case Field::UpperPm:
        out += c.hour >= 12 ? "PM" : "AM";
        break;
      case Field::LowerPm:
        out += c.hour >= 12 ? "pm" : "am";
        break;
      case Field::ZoneName: {
        constexpr Piece kNumeric{Field::Offset, {}, false, false, 2};
        out += moment.zone.empty() ? offsetText(moment.offset, kNumeric) : moment.zone;
        break;
      }
      case Field::Offset:
        out += offsetText(moment.offset, piece);
        break;
      case Field::Fraction0:
      case Field::Fraction9:
        out += fractionText(moment.nanoseconds, piece);
        break;
    }
  }
  return out;
}

Result<std::int64_t> parseDuration(Text text) {
  std::string quoted = gofmt::quote(text, '"', gofmt::Quoting::Printable);
  auto invalid = [&] { return fail(ErrorCode::InvalidArgument, "time: invalid duration " + quoted); };
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 63;
  Text rest = text;
  bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return 0;
  if (rest.empty()) return invalid();
  std::uint64_t total = 0;
  while (!rest.empty()) {
    if (rest[0] != '.' && !isDigit(rest[0])) return invalid();
    std::uint64_t whole = 0;
    bool before = digitAt(rest, 0);
    while (digitAt(rest, 0)) {
      if (whole > kLimit / 10) return invalid();
      whole = whole * 10 + static_cast<std::uint64_t>(rest[0] - '0');
      if (whole > kLimit) return invalid();
      rest.remove_prefix(1);
    }
    double fraction = 0;
    double scale = 1;
    bool after = false;
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      after = digitAt(rest, 0);
      std::uint64_t digits = 0;
      bool full = false;
      while (digitAt(rest, 0)) {
        full = full || digits > (kLimit - 1) / 10;
        if (!full) {
          digits = digits * 10 + static_cast<std::uint64_t>(rest[0] - '0');
          scale *= 10;
        }
        rest.remove_prefix(1);
      }
      fraction = static_cast<double>(digits);
    }
    if (!before && !after) return invalid();
    std::size_t length = 0;
    while (length < rest.size() && rest[length] != '.' && !isDigit(rest[length])) ++length;
    if (length == 0) return fail(ErrorCode::InvalidArgument, "time: missing unit in duration " + quoted);
    Text name = rest.substr(0, length);
    rest.remove_prefix(length);
    std::uint64_t unit = 0;
    for (const Unit& entry : kUnits) {
      if (entry.name == name) unit = entry.nanoseconds;
    }
    if (unit == 0) {
      return fail(ErrorCode::InvalidArgument, "time: unknown unit " +
                                                  gofmt::quote(name, '"', gofmt::Quoting::Printable) +
                                                  " in duration " + quoted);
    }
    if (whole > kLimit / unit) return invalid();
    whole *= unit;
    if (fraction > 0) whole += static_cast<std::uint64_t>(fraction * (static_cast<double>(unit) / scale));
    if (whole > kLimit) return invalid();
    total += whole;
    if (total > kLimit) return invalid();
  }
  if (negative) return static_cast<std::int64_t>(~total + 1);
  if (total > kLimit - 1) return invalid();
  return static_cast<std::int64_t>(total);
}

std::string formatDuration(std::int64_t nanoseconds) {
  bool negative = nanoseconds < 0;
  auto value = static_cast<std::uint64_t>(nanoseconds);
  if (negative) value = ~value + 1;
  auto decimal = [](std::uint64_t whole, std::uint64_t rest, std::size_t places) {
    std::string out = std::to_string(whole);
    if (rest == 0) return out;
    std::string digits = std::to_string(rest);
    digits.insert(0, places - digits.size(), '0');
    while (digits.back() == '0') digits.pop_back();
    return out + '.' + digits;
  };
  std::string out;
  constexpr std::uint64_t kMicro = 1000;
  constexpr std::uint64_t kMilli = 1'000'000;
  constexpr std::uint64_t kSecond = 1'000'000'000;
  if (value == 0) return "0s";
  if (value < kMicro) {
    out = std::to_string(value) + "ns";
  } else if (value < kMilli) {
    out = decimal(value / kMicro, value % kMicro, 3) + "\xC2\xB5s";
  } else if (value < kSecond) {
    out = decimal(value / kMilli, value % kMilli, 6) + "ms";
  } else {
    std::uint64_t seconds = value / kSecond;
    if (seconds >= 3600) out += std::to_string(seconds / 3600) + 'h';
    if (seconds >= 60) out += std::to_string(seconds / 60 % 60) + 'm';
    out += decimal(seconds % 60, value % kSecond, 9) + 's';
  }
  return negative ? '-' + out : out;
}

}  // namespace puppis::cue::builtin::timefmt
