// SPDX-License-Identifier: Apache-2.0
#include "oam/reader.h"

#include <algorithm>

#include "base/strings.h"
#include "data/yaml.h"

namespace puppis::oam {

Error Place::error(ErrorCode code, std::string message) const {
  Error out(code, std::move(message));
  if (source != nullptr && mark.known()) out.at(data::locate(*source, mark));
  if (!path.empty()) out.path(path.str());
  return out;
}

Error Place::error(const Error& of) const {
  Error out = error(of.code(), of.message());
  out.expected(of.expectedText()).found(of.foundText()).suggest(of.suggestion()).reason(of.reasonText());
  for (const Location& at : of.where()) out.at(at);
  return out;
}

Place Place::in(const data::Value& object, const data::Path& below) const {
  Place out{source, data::markAt(object, below), path};
  // The value itself where there is one; its key says less of where in it the fault is.
  if (const data::Value* value = data::find(object, below); value != nullptr && value->mark().known())
    out.mark = value->mark();
  if (!out.mark.known()) out.mark = mark;
  for (const data::Path::Step& step : below.steps()) {
    out.path = std::holds_alternative<std::size_t>(step) ? out.path / std::get<std::size_t>(step)
                                                         : out.path / std::get<std::string>(step);
  }
  return out;
}

Reader::Reader(const data::Value& object, Place place, Diagnostics& diagnostics)
    : object_(object), place_(std::move(place)), diagnostics_(&diagnostics) {
  if (object_.isNull() || object_.isObject()) return;
  diagnostics_->error(place_.error(ErrorCode::InvalidArgument, "this must be an object")
                          .expected("an object")
                          .found("a " + std::string(data::kindName(object_.kind()))));
  object_ = data::Value();
}

const data::Value* Reader::member(std::string_view key) {
  const data::Value* value = object_.find(keyOf(key));
  return value == nullptr || value->isNull() ? nullptr : value;
}

std::string_view Reader::keyOf(std::string_view key) const {
  auto found = misspelt_.find(key);
  return found == misspelt_.end() ? key : std::string_view(found->second);
}

void Reader::noteUnknown(std::string_view what, const data::Member& member,
                         const std::vector<std::string>& known, const std::vector<std::string>& given) {
  const std::string& name = member.key.str();
  std::vector<std::string> missing;
  for (const std::string& one : known) {
    if (std::ranges::find(given, one) == given.end() && !misspelt_.contains(one)) missing.push_back(one);
  }
  auto meant = place_.source == nullptr ? std::nullopt : nearest(name, missing);
  Error error =
      placeOf(name).error(ErrorCode::InvalidArgument, std::string(what) + " has no field \"" + name + "\"" +
                                                          (meant ? "" : "; it is ignored"));
  error.found("\"" + name + "\"");
  if (meant) {
    error.expected("\"" + *meant + "\"").suggest(*meant);
    misspelt_[*meant] = name;
    diagnostics_->error(std::move(error));
    return;
  }
  error.expected("one of " + join(known, ", "));
  if (auto near = nearest(name, known)) error.suggest(*near);
  diagnostics_->warn(std::move(error));
}

void Reader::knows(std::string_view what, std::vector<std::string> names) {
  std::vector<std::string> given;
  for (const data::Member& m : object_.members()) given.push_back(m.key.str());
  for (const data::Member& m : object_.members()) {
    if (std::ranges::find(names, m.key.str()) == names.end()) noteUnknown(what, m, names, given);
  }
}

Place Reader::placeOf(std::string_view key) const {
  const data::Member* found = object_.findMember(keyOf(key));
  if (found == nullptr) return place_;
  return {place_.source, found->keyMark.known() ? found->keyMark : found->value.mark(),
          place_.path / std::string(key)};
}

Place Reader::placeOfValue(std::string_view key) const {
  const data::Member* found = object_.findMember(keyOf(key));
  if (found == nullptr) return place_;
  return {place_.source, found->value.mark().known() ? found->value.mark() : found->keyMark,
          place_.path / std::string(key)};
}

void Reader::wrongKind(std::string_view key, std::string_view expected) {
  diagnostics_->error(placeOfValue(key)
                          .error(ErrorCode::InvalidArgument, "the kind of this value is wrong")
                          .expected(std::string(expected))
                          .found("a " + std::string(data::kindName(object_.get(keyOf(key)).kind()))));
}

std::string Reader::text(std::string_view key) {
  const data::Value* value = member(key);
  if (value == nullptr) return {};
  if (!value->isString())
    wrongKind(key, "a string (in quotes, if it looks like a number or a boolean such as yes, n or off)");
  return value->asString();
}

std::string Reader::requiredText(std::string_view key, std::string_view what) {
  return neededText(key, what, true);
}

std::string Reader::wantedText(std::string_view key, std::string_view what) {
  return neededText(key, what, false);
}

std::string Reader::neededText(std::string_view key, std::string_view what, bool required) {
  std::string out = text(key);
  if (!out.empty() || (has(key) && !object_.get(keyOf(key)).isString())) return out;
  Error error =
      placeOf(key)
          .error(ErrorCode::InvalidArgument, std::string(what) + " needs a \"" + std::string(key) + "\"")
          .expected("\"" + std::string(key) + "\" with a string")
          .found("nothing");
  if (required) {
    diagnostics_->error(std::move(error));
  } else {
    diagnostics_->warn(std::move(error));
  }
  return out;
}

std::vector<std::string> Reader::texts(std::string_view key) {
  const data::Value* value = member(key);
  if (value == nullptr) return {};
  std::vector<std::string> out;
  bool right = value->isArray();
  for (const data::Value& element : value->elements()) {
    right = right && element.isString();
    out.push_back(element.asString());
  }
  if (!right) wrongKind(key, "a list of strings");
  return out;
}

std::map<std::string, std::string> Reader::textMap(std::string_view key) {
  std::map<std::string, std::string> out;
  Reader map = child(key);
  for (const data::Member& m : map.object().members()) {
    if (m.value.isString()) {
      out[m.key.str()] = m.value.asString();
    } else if (!m.value.isNull()) {
      map.wrongKind(m.key.str(),
                    "a string (in quotes, if it looks like a number or a boolean such as yes, n or off)");
    }
  }
  return out;
}

bool Reader::boolean(std::string_view key) {
  const data::Value* value = member(key);
  if (value == nullptr) return false;
  if (!value->isBool()) wrongKind(key, "true or false");
  return value->asBool();
}

data::Value Reader::map(std::string_view key) {
  const data::Value* value = member(key);
  if (value == nullptr) return {};
  if (value->isObject()) return *value;
  wrongKind(key, "an object");
  return {};
}

data::Value Reader::any(std::string_view key) {
  const data::Value* value = member(key);
  return value == nullptr ? data::Value() : *value;
}

Reader Reader::child(std::string_view key) {
  const data::Value* value = member(key);
  return Reader(value == nullptr ? data::Value() : *value,
                value == nullptr ? placeOf(key) : placeOfValue(key), *diagnostics_);
}

std::vector<Reader> Reader::children(std::string_view key) {
  const data::Value* value = member(key);
  if (value == nullptr) return {};
  if (!value->isArray()) {
    wrongKind(key, "a list");
    return {};
  }
  std::vector<Reader> out;
  for (std::size_t i = 0; i < value->size(); ++i) {
    Place place{place_.source, value->at(i).mark(), place_.path / std::string(key) / i};
    if (value->at(i).isNull()) {
      diagnostics_->error(place.error(ErrorCode::InvalidArgument, "an element of this list is empty")
                              .expected("an object")
                              .found("nothing"));
      continue;
    }
    out.emplace_back(value->at(i), std::move(place), *diagnostics_);
  }
  return out;
}

}  // namespace puppis::oam
