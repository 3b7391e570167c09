// SPDX-License-Identifier: Apache-2.0
#include "apiserver/faults.h"

#include <algorithm>

#include "base/strings.h"
#include "data/json.h"

namespace puppis::apiserver {
namespace {

struct KindWords {
  std::string_view sentence;
  std::string_view reason;
};

KindWords wordsOf(FaultKind kind) {
  switch (kind) {
    case FaultKind::Required:
      return {"Required value", "FieldValueRequired"};
    case FaultKind::Invalid:
      return {"Invalid value", "FieldValueInvalid"};
    case FaultKind::NotSupported:
      return {"Unsupported value", "FieldValueNotSupported"};
    case FaultKind::Duplicate:
      return {"Duplicate value", "FieldValueDuplicate"};
    case FaultKind::Forbidden:
      return {"Forbidden", "FieldValueForbidden"};
    case FaultKind::TooLong:
      return {"Too long", "FieldValueTooLong"};
    case FaultKind::TooMany:
      return {"Too many", "FieldValueTooMany"};
    case FaultKind::NotFound:
      return {"Not found", "FieldValueNotFound"};
    case FaultKind::TypeInvalid:
      return {"Invalid value", "FieldValueTypeInvalid"};
  }
  return {"Internal error", "InternalError"};
}

}  // namespace

std::string FieldFault::body() const {
  std::string out(wordsOf(kind).sentence);
  bool shows = kind != FaultKind::Required && kind != FaultKind::Forbidden && kind != FaultKind::TooLong;
  if (shows)
    out += ": " +
           (value.isNull() ? std::string("null") : data::toJson(value, {.escapeHtml = !value.isString()}));
  if (!detail.empty()) out += ": " + detail;
  return out;
}

std::string FieldFault::str() const {
  return path + ": " + body();
}

void Faults::notSupported(std::string path, data::Value value, const std::vector<std::string>& supported) {
  std::string detail;
  for (const std::string& one : supported)
    detail += (detail.empty() ? "supported values: \"" : ", \"") + one + "\"";
  add({FaultKind::NotSupported, std::move(path), std::move(value), std::move(detail), {}});
}

void Faults::tooLong(std::string path, std::size_t most) {
  add({FaultKind::TooLong,
       std::move(path),
       {},
       "may not be more than " + std::to_string(most) + " bytes",
       {}});
}

void Faults::tooMany(std::string path, std::size_t actual, std::size_t most) {
  add({FaultKind::TooMany,
       std::move(path),
       data::Value(static_cast<std::int64_t>(actual)),
       "must have at most " + std::to_string(most) + " items",
       {}});
}

Error invalidObject(const std::string& groupKind, const std::string& name, const Faults& faults) {
  std::vector<std::string> sentences;
  for (const FieldFault& fault : faults.list()) {
    std::string sentence = fault.str();
    if (std::find(sentences.begin(), sentences.end(), sentence) == sentences.end())
      sentences.push_back(std::move(sentence));
  }
  std::string text = sentences.size() == 1 ? sentences[0] : "[" + join(sentences, ", ") + "]";
  Error error(ErrorCode::Invalid, groupKind + " \"" + name + "\" is invalid: " + text);
  error.reason("Invalid");
  for (const FieldFault& fault : faults.list()) {
    std::string word = fault.word.empty() ? std::string(wordsOf(fault.kind).reason) : fault.word;
    error.detail(Error(ErrorCode::Invalid, fault.body()).path(fault.path).reason(std::move(word)));
  }
  return error;
}

}  // namespace puppis::apiserver
