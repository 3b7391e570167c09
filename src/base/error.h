// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace puppis {

/// What kind of failure an Error is. Each code maps to one HTTP status of the Kubernetes API (httpStatus) and
/// to one exit code of the command line (exitCode); nothing else steers control flow.
enum class ErrorCode : std::uint8_t {
  InvalidArgument,    ///< what the user wrote is wrong (400, exit 2)
  Invalid,            ///< well formed, but fails validation (422, exit 2)
  NotFound,           ///< (404, exit 3)
  AlreadyExists,      ///< (409 AlreadyExists, exit 4)
  Conflict,           ///< somebody else changed it first (409 Conflict, exit 4)
  Unauthorized,       ///< (401, exit 5)
  Forbidden,          ///< (403, exit 5)
  MethodNotAllowed,   ///< (405, exit 1)
  NotAcceptable,      ///< no representation the client accepts (406, exit 1)
  UnsupportedMedia,   ///< body in a form that is not spoken (415, exit 1)
  TooLarge,           ///< (413, exit 1)
  Gone,               ///< the requested revision was compacted (410, exit 1)
  Timeout,            ///< (504, exit 6)
  TooManyRequests,    ///< (429, exit 6)
  Unavailable,        ///< the other side cannot be reached (503, exit 6)
  ResourceExhausted,  ///< an evaluation exceeded its budget (422, exit 7)
  Cancelled,          ///< the caller gave up (499, exit 130)
  NotSupported,       ///< understood, deliberately not done (501, exit 1)
  Io,                 ///< a file or the disk failed (500, exit 1)
  Internal,           ///< a defect of Puppis (500, exit 70)
};

/// A place in a text somebody wrote. Lines and columns count from 1, columns in bytes; 0 means unknown.
/// Self-contained, so that it outlives the text it points into.
struct Location {
  std::string file;  ///< as the user named it; "-" for standard input; may be empty
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length = 0;  ///< bytes to underline on that line; 0 means one
  std::string lineText;      ///< the source line, for the caret; may be empty

  /// "file:line:column", leaving out what is unknown.
  [[nodiscard]] std::string str() const;
  [[nodiscard]] bool known() const { return line != 0; }
  friend bool operator==(const Location& a, const Location& b) {
    return a.line == b.line && a.column == b.column && a.file == b.file;
  }
};

/// A failure as a value: one pointer wide, cheap to move, copied by sharing. Build it with the fluent
/// setters:
///
///   return Error(ErrorCode::InvalidArgument, "port is not a number").at(loc).expected("int").found("\"x\"");
///
/// Several faults found in one run are one Error whose `details` list them.
class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message);

  Error& at(Location where) &;          ///< adds a place; the first is the culprit
  Error& expected(std::string what) &;  ///< what would have been right
  Error& found(std::string what) &;     ///< what was there instead
  Error& suggest(std::string name) &;   ///< the nearest right name
  Error& path(std::string where) &;     ///< the path inside the document, as spec.components[0].type
  Error& context(std::string doing) &;  ///< what was being done, outermost last
  Error& reason(std::string word) &;    ///< a machine word finer than the code (a Kubernetes Status reason)
  Error& detail(Error fault) &;         ///< one of several faults
  Error&& at(Location where) && { return std::move(at(std::move(where))); }
  Error&& expected(std::string what) && { return std::move(expected(std::move(what))); }
  Error&& found(std::string what) && { return std::move(found(std::move(what))); }
  Error&& suggest(std::string name) && { return std::move(suggest(std::move(name))); }
  Error&& path(std::string where) && { return std::move(path(std::move(where))); }
  Error&& context(std::string doing) && { return std::move(context(std::move(doing))); }
  Error&& reason(std::string word) && { return std::move(reason(std::move(word))); }
  Error&& detail(Error fault) && { return std::move(detail(std::move(fault))); }

  [[nodiscard]] ErrorCode code() const;
  [[nodiscard]] const std::string& message() const;
  [[nodiscard]] const std::vector<Location>& where() const;
  [[nodiscard]] const std::string& expectedText() const;
  [[nodiscard]] const std::string& foundText() const;
  [[nodiscard]] const std::string& suggestion() const;
  [[nodiscard]] const std::string& pathText() const;
  [[nodiscard]] const std::string& reasonText() const;
  [[nodiscard]] const std::vector<std::string>& contexts() const;
  [[nodiscard]] const std::vector<Error>& details() const;

  /// One line: "file:1:2: message (expected x, found y; did you mean z?)". Faults are separated by "; ".
  [[nodiscard]] std::string str() const;
  /// For a person: one block a fault, with the source line, a caret, and the other places. Ends with a
  /// newline.
  [[nodiscard]] std::string report(bool colour = false) const;

 private:
  struct Body;
  Body& own();
  std::shared_ptr<Body> body_;
};

/// The HTTP status that stands for a code in the Kubernetes API.
int httpStatus(ErrorCode code);
/// The code that an HTTP status of a Kubernetes API stands for.
ErrorCode codeOfHttpStatus(int status);
/// The process exit code that stands for a code.
int exitCode(ErrorCode code);
/// The Kubernetes Status reason: "NotFound", "Conflict", ...; empty where Kubernetes has none.
std::string_view statusReason(ErrorCode code);

}  // namespace puppis
