// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <utility>

namespace puppis {

struct Error::Body {
  ErrorCode code;
  std::string message;
  std::vector<Location> where;
  std::string expected;
  std::string found;
  std::string suggestion;
  std::string path;
  std::string reason;
  std::vector<std::string> contexts;
  std::vector<Error> details;
};

namespace {

struct CodeRow {
  ErrorCode code;
  int http;
  int exit;
  std::string_view reason;
};

constexpr CodeRow kCodes[] = {
    {ErrorCode::InvalidArgument, 400, 2, "BadRequest"},
    {ErrorCode::Invalid, 422, 2, "Invalid"},
    {ErrorCode::NotFound, 404, 3, "NotFound"},
    {ErrorCode::AlreadyExists, 409, 4, "AlreadyExists"},
    {ErrorCode::Conflict, 409, 4, "Conflict"},
    {ErrorCode::Unauthorized, 401, 5, "Unauthorized"},
    {ErrorCode::Forbidden, 403, 5, "Forbidden"},
    {ErrorCode::MethodNotAllowed, 405, 1, "MethodNotAllowed"},
    {ErrorCode::NotAcceptable, 406, 1, "NotAcceptable"},
    {ErrorCode::UnsupportedMedia, 415, 1, "UnsupportedMediaType"},
    {ErrorCode::TooLarge, 413, 1, "RequestEntityTooLarge"},
    {ErrorCode::Gone, 410, 1, "Expired"},
    {ErrorCode::Timeout, 504, 6, "Timeout"},
    {ErrorCode::TooManyRequests, 429, 6, "TooManyRequests"},
    {ErrorCode::Unavailable, 503, 6, "ServiceUnavailable"},
    {ErrorCode::ResourceExhausted, 422, 7, "Invalid"},
    {ErrorCode::Cancelled, 499, 130, ""},
    {ErrorCode::NotSupported, 501, 1, ""},
    {ErrorCode::Io, 500, 1, "InternalError"},
    {ErrorCode::Internal, 500, 70, "InternalError"},
};

const CodeRow& row(ErrorCode code) {
  for (const CodeRow& r : kCodes) {
    if (r.code == code) return r;
  }
  return kCodes[std::size(kCodes) - 1];
}

}  // namespace

std::string Location::str() const {
  std::string out = file;
  if (line != 0) {
    if (!out.empty()) out += ':';
    out += std::to_string(line);
    if (column != 0) out += ':' + std::to_string(column);
  }
  return out;
}

Error::Error(ErrorCode code, std::string message) : body_(std::make_shared<Body>()) {
  body_->code = code;
  body_->message = std::move(message);
}

Error::Body& Error::own() {
  if (body_.use_count() > 1) body_ = std::make_shared<Body>(*body_);
  return *body_;
}

Error& Error::at(Location where) & {
  own().where.push_back(std::move(where));
  return *this;
}
Error& Error::expected(std::string what) & {
  own().expected = std::move(what);
  return *this;
}
Error& Error::found(std::string what) & {
  own().found = std::move(what);
  return *this;
}
Error& Error::suggest(std::string name) & {
  own().suggestion = std::move(name);
  return *this;
}
Error& Error::path(std::string where) & {
  own().path = std::move(where);
  return *this;
}
Error& Error::context(std::string doing) & {
  own().contexts.push_back(std::move(doing));
  return *this;
}
Error& Error::reason(std::string word) & {
  own().reason = std::move(word);
  return *this;
}
Error& Error::detail(Error fault) & {
  own().details.push_back(std::move(fault));
  return *this;
}

ErrorCode Error::code() const {
  return body_->code;
}
const std::string& Error::message() const {
  return body_->message;
}
const std::vector<Location>& Error::where() const {
  return body_->where;
}
const std::string& Error::expectedText() const {
  return body_->expected;
}
const std::string& Error::foundText() const {
  return body_->found;
}
const std::string& Error::suggestion() const {
  return body_->suggestion;
}
const std::string& Error::pathText() const {
  return body_->path;
}
const std::string& Error::reasonText() const {
  return body_->reason;
}
const std::vector<std::string>& Error::contexts() const {
  return body_->contexts;
}
const std::vector<Error>& Error::details() const {
  return body_->details;
}

namespace {

/// The sentence of one fault without its place: "path: message (expected x, found y; did you mean z?)".
std::string sentence(const Error& e) {
  std::string out;
  for (auto it = e.contexts().rbegin(); it != e.contexts().rend(); ++it) out += *it + ": ";
  if (!e.pathText().empty()) out += e.pathText() + ": ";
  out += e.message();
  std::string note;
  if (!e.expectedText().empty()) note += "expected " + e.expectedText();
  if (!e.foundText().empty()) note += (note.empty() ? "found " : ", found ") + e.foundText();
  if (!e.suggestion().empty()) note += (note.empty() ? "" : "; ") + ("did you mean " + e.suggestion() + "?");
  if (!note.empty()) out += " (" + note + ")";
  return out;
}

void reportOne(const Error& e, bool colour, std::string& out) {
  const char* bold = colour ? "\033[1m" : "";
  const char* red = colour ? "\033[31m" : "";
  const char* reset = colour ? "\033[0m" : "";
  const auto& where = e.where();
  if (!where.empty()) out += bold + where[0].str() + ": " + reset;
  out += red + std::string("error: ") + reset + sentence(e) + "\n";
  if (!where.empty() && !where[0].lineText.empty() && where[0].column != 0) {
    const Location& l = where[0];
    std::string margin = "  " + std::to_string(l.line) + " | ";
    out += margin + l.lineText + "\n" + std::string(margin.size() - 2, ' ') + "| ";
    for (std::uint32_t i = 1; i < l.column; ++i) {
      out += i <= l.lineText.size() && l.lineText[i - 1] == '\t' ? '\t' : ' ';
    }
    out += red + std::string("^");
    if (l.length > 1) out += std::string(l.length - 1, '~');
    out += std::string(reset) + "\n";
  }
  for (std::size_t i = 1; i < where.size(); ++i) out += "    see " + where[i].str() + "\n";
}

}  // namespace

std::string Error::str() const {
  if (!body_->details.empty()) {
    std::string out;
    for (const Error& d : body_->details) out += (out.empty() ? "" : "; ") + d.str();
    return out;
  }
  std::string place = body_->where.empty() ? "" : body_->where[0].str();
  return (place.empty() ? "" : place + ": ") + sentence(*this);
}

std::string Error::report(bool colour) const {
  std::string out;
  if (body_->details.empty()) reportOne(*this, colour, out);
  for (const Error& d : body_->details) out += d.report(colour);
  return out;
}

int httpStatus(ErrorCode code) {
  return row(code).http;
}

ErrorCode codeOfHttpStatus(int status) {
  if (status == 409) return ErrorCode::Conflict;
  for (const CodeRow& r : kCodes) {
    if (r.http == status) return r.code;
  }
  return status >= 400 && status < 500 ? ErrorCode::InvalidArgument : ErrorCode::Internal;
}

int exitCode(ErrorCode code) {
  return row(code).exit;
}

std::string_view statusReason(ErrorCode code) {
  return row(code).reason;
}

}  // namespace puppis
