// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/json_text.h"
#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"
#include "cue/builtin/unicode.h"

// Package encoding/csv (RFC 4180).

namespace puppis::cue::builtin {

namespace {

using Text = std::string_view;

void appendCell(std::string& out, Text cell) {
  bool quotes = !cell.empty() && (cell == "\\." || cell.find_first_of("\n\r\",") != Text::npos ||
                                  unicode::isSpace(unicode::decode(cell).rune));
  if (!quotes) {
    out += cell;
    return;
  }
  out += '"';
  for (char c : cell) {
    if (c == '"') out += c;
    out += c;
  }
  out += '"';
}

Answer encode(Call& call, Any rows) {
  Answer list = call.host().elements(rows.value, nullptr);
  if (!list.ok()) return list;
  std::string out;
  for (const Value& row : list.value.list()) {
    Answer cells = call.host().elements(row.handle, nullptr);
    if (!cells.ok()) return cells;
    bool first = true;
    for (const Value& cell : cells.value.list()) {
      if (!first) out += ',';
      first = false;
      Answer data = call.host().data(cell.handle);
      if (!data.ok()) return data;
      if (data.value.type == Value::Type::String) {
        appendCell(out, data.value.str());
      } else {
        std::string json;
        json::append(json, data.value);
        appendCell(out, json);
      }
    }
    out += '\n';
  }
  return text(call, out);
}

/// Reads records; every one must have as many cells as the first.
class Reader {
 public:
  explicit Reader(Text text) : rest_(text) {}

  /// Reads the next record. False at the end and on errors.
  bool record(std::vector<std::string>& cells) {
    Text line;
    do {
      if (rest_.empty()) return false;
      line = nextLine();
    } while (line == "\n");
    std::size_t start = line_;
    cells.clear();
    if (!cellsOf(line, start, cells)) return false;
    if (width_ == 0) width_ = cells.size();
    if (cells.size() == width_) return true;
    error = "record on line " + std::to_string(start) + ": wrong number of fields";
    return false;
  }

  std::string error;

 private:
  /// With its line break, which is always one \n.
  Text nextLine() {
    ++line_;
    std::size_t end = rest_.find('\n');
    Text line = rest_.substr(0, end == Text::npos ? rest_.size() : end + 1);
    rest_.remove_prefix(line.size());
    if (line.ends_with("\r\n")) {
      buffer_ = std::string(line.substr(0, line.size() - 2)) + '\n';
      return buffer_;
    }
    // A carriage return at the very end counts as a line break as well.
    if (rest_.empty() && line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  bool fail(std::size_t start, std::size_t column, std::string_view what) {
    std::string lines = start == line_ ? "parse error on line " + std::to_string(start)
                                       : "record on line " + std::to_string(start) +
                                             "; parse error on line " + std::to_string(line_);
    error = lines + ", column " + std::to_string(column) + ": " + std::string(what);
    return false;
  }

  bool cellsOf(Text line, std::size_t start, std::vector<std::string>& cells) {
    std::size_t column = 1;
    auto advance = [&](std::size_t count) {
      line.remove_prefix(count);
      column += count;
    };
    for (;;) {
      if (!line.starts_with('"')) {
        std::size_t comma = line.find(',');
        Text cell = line.substr(0, comma);
        if (cell.ends_with('\n')) cell.remove_suffix(1);
        if (std::size_t quote = cell.find('"'); quote != Text::npos) {
          return fail(start, column + quote, "bare \" in non-quoted-field");
        }
        cells.emplace_back(cell);
        if (comma == Text::npos) return true;
        advance(comma + 1);
        continue;
      }
      advance(1);
      std::string cell;
      bool closed = false;
      while (!closed) {
        std::size_t quote = line.find('"');
        if (quote == Text::npos) {
          cell += line;
          if (rest_.empty())
            return fail(start, column + line.size(), "extraneous or missing \" in quoted-field");
          line = nextLine();
          column = 1;
          continue;
        }
        cell += line.substr(0, quote);
        advance(quote + 1);
        if (line.starts_with('"')) {
          cell += '"';
          advance(1);
        } else {
          closed = true;
        }
      }
      cells.push_back(std::move(cell));
      if (line.empty() || line == "\n") return true;
      if (!line.starts_with(',')) return fail(start, column - 1, "extraneous or missing \" in quoted-field");
      advance(1);
    }
  }

  Text rest_;
  std::string buffer_;
  std::size_t line_ = 0;
  std::size_t width_ = 0;
};

Answer decode(Call& call, Bytes data) {
  Reader reader(data.data);
  std::vector<Value> rows;
  std::vector<std::string> cells;
  while (reader.record(cells)) rows.push_back(stringList(call, cells));
  if (!reader.error.empty()) return bad(call, reader.error);
  return list(call, rows);
}

constexpr Function kFunctions[] = {
    function<&encode>("Encode", kString),
    function<&decode>("Decode", kList),
};

}  // namespace

const Package kCsvPackage{"encoding/csv", kFunctions, {}, {}};

}  // namespace puppis::cue::builtin
