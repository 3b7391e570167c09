// SPDX-License-Identifier: Apache-2.0
#include "render/patch.h"

#include <map>
#include <optional>

#include "base/strings.h"
#include "data/json.h"
#include "data/json_patch.h"
#include "data/merge_patch.h"

// The rules, as KubeVela 1.10 applies them (docs/template-contract.md has them for authors):
//  - A list's patchKey is that of its field, else of the nearest field above that has one; a strategy is the
//  field's own.
//  - With a key, the patch's elements are put beside the base's elements of the same key, in the base's
//  order; what has
//    no partner is appended. A base element without the key takes no place, which shifts those behind it.
//  - Without a key, lists meet by index. The base's list is open, so a longer patch appends.
//  - All else is unified: equal or more specific values meet, different ones conflict.

namespace puppis::render {

namespace {

/// A finished struct or list: not a disjunction of some, not a type.
bool isPlain(const cue::Value& value, cue::Kind kind) {
  if (value.kind() != kind) return false;
  // An open list has a default too, itself closed.
  return !value.defaultValue() || value.expression().op != cue::Expression::Op::Or;
}

/// The strategy of a whole patch. Above `patch: spec: x: ...` the comment belongs to x; it is looked for
/// there too.
std::string wholeStrategy(cue::Value patch) {
  for (;;) {
    std::string strategy = patchMarks(patch.docs()).strategy;
    if (!strategy.empty()) return strategy;
    std::vector<cue::FieldView> fields =
        patch.kind() == cue::kStruct ? patch.fields() : std::vector<cue::FieldView>();
    if (fields.size() != 1) return {};
    patch = fields.front().value;
  }
}

/// The text by which two key values are the same, or nothing when the value is not a literal.
std::optional<std::string> keyText(const cue::Value& value) {
  if (value.defaultValue() || !value.isConcrete()) return std::nullopt;
  if (auto text = value.asString()) return data::toJson(data::Value(*text));
  if (auto number = value.asNumber()) return *number;
  if (auto boolean = value.asBool()) return std::string(*boolean ? "true" : "false");
  return std::nullopt;
}

class Patcher {
 public:
  explicit Patcher(cue::Session& session) : session_(session) {}

  Result<cue::Value> merge(const cue::Value& base, const cue::Value& patch, const PatchMarks& marks,
                           bool inheritedOnly) {
    if (isPlain(patch, cue::kStruct) && isPlain(base, cue::kStruct)) return structs(base, patch, marks);
    if (isPlain(patch, cue::kList) && isPlain(base, cue::kList))
      return lists(base, patch, marks, inheritedOnly);
    // A patch may add fields to a struct that its definition closes, as it may with KubeVela's printed base.
    return session_.reopened(base).unify(patch);
  }

 private:
  Result<cue::Value> structs(const cue::Value& base, const cue::Value& patch, const PatchMarks& marks) {
    std::vector<cue::FieldView> fields = base.fields();
    for (cue::FieldView& changed : patch.fields()) {
      PatchMarks own = patchMarks(changed.value.docs());
      PatchMarks inner{own.key.empty() ? marks.key : own.key, own.strategy};
      cue::FieldView* old = nullptr;
      for (cue::FieldView& field : fields) {
        if (field.name() == changed.name()) old = &field;
      }
      if (old == nullptr) {
        fields.push_back(std::move(changed));
      } else if (own.strategy == "retainKeys" && !isPlain(changed.value, cue::kList)) {
        old->value = changed.value;
      } else {
        path_.push_back(changed.name());
        TRY(old->value, merge(old->value, changed.value, inner, false));
        path_.pop_back();
      }
    }
    return session_.makeStruct(fields);
  }

  Result<cue::Value> lists(const cue::Value& base, const cue::Value& patch, const PatchMarks& marks,
                           bool nested) {
    std::vector<cue::Value> under = base.elements();
    std::vector<cue::Value> over = patch.elements();
    if (!nested && marks.strategy == "replace") return patch;
    bool aligned = !nested && !marks.key.empty() && align(under, over, marks);
    if (!patch.isOpen() && !aligned && over.size() < under.size())
      return fail(lengths(base, patch, under.size(), over.size()));
    // `[...T]` says something of every element that is there.
    std::optional<cue::Value> rest = aligned ? std::nullopt : patch.anyElement();
    std::vector<cue::Value> out;
    for (std::size_t i = 0; i < std::max(under.size(), over.size()); ++i) {
      if (i >= over.size() && !rest) {
        out.push_back(under[i]);
      } else if (i >= under.size()) {
        out.push_back(over[i]);
      } else {
        path_.push_back(std::to_string(i));
        TRY(cue::Value merged, merge(under[i], i < over.size() ? over[i] : *rest, {marks.key, ""}, true));
        path_.pop_back();
        out.push_back(merged);
      }
    }
    return session_.makeList(out);
  }

  /// Puts the patch's elements where their partners are in the base; of several keys (`a,b`) the first by
  /// which two elements agree makes them partners. False when none of the keys is in any of them, or one is
  /// not a literal somewhere: then the lists stay as they are.
  bool align(std::vector<cue::Value>& base, std::vector<cue::Value>& patch, const PatchMarks& marks) {
    const std::vector<std::string> keys = split(marks.key, ',');
    std::map<std::string, std::size_t> known;
    for (std::size_t i = 0; i < patch.size(); ++i) {
      for (const std::string& key : keys) {
        cue::Value id = patch[i].lookup(key);
        if (!id.exists()) continue;
        auto text = keyText(id);
        if (!text) return false;
        known[key + "=" + *text] = i;
      }
    }
    if (known.empty() && !patch.empty()) return false;
    std::vector<bool> left(patch.size(), false);
    for (const auto& [text, index] : known) left[index] = true;
    std::vector<cue::Value> placed;
    cue::Value empty = session_.makeStruct({});
    for (cue::Value& element : base) {
      bool keyed = false;
      std::optional<std::size_t> partner;
      for (const std::string& key : keys) {
        cue::Value id = element.lookup(key);
        if (!id.exists()) continue;
        keyed = true;
        auto text = keyText(id);
        if (!text) return false;
        auto found = known.find(key + "=" + *text);
        if (found == known.end() || !left[found->second]) continue;
        partner = found->second;
        break;
      }
      if (!keyed) continue;
      if (!partner) {
        placed.push_back(empty);
        continue;
      }
      if (marks.strategy == "retainKeys") element = empty;
      placed.push_back(patch[*partner]);
      left[*partner] = false;
    }
    for (std::size_t i = 0; i < patch.size(); ++i) {
      if (left[i]) placed.push_back(patch[i]);
    }
    patch = std::move(placed);
    return true;
  }

  Error lengths(const cue::Value& base, const cue::Value& patch, std::size_t have, std::size_t want) const {
    Error error(ErrorCode::Invalid, "the lists have different lengths, " + std::to_string(have) + " and " +
                                        std::to_string(want) + "; a +patchKey would merge them by name");
    error.reason("eval").path(join(path_, "."));
    for (const cue::Value& side : {patch, base}) {
      for (Location& place : side.locations()) error.at(std::move(place));
    }
    return error;
  }

  cue::Session& session_;
  std::vector<std::string> path_;
};

/// The value as data, without the strategies' need for an open base: data is open.
Result<cue::Value> applyToData(cue::Session& session, const cue::Value& base, const cue::Value& patch,
                               bool operations) {
  TRY(data::Value document, base.toJson());
  TRY(data::Value change, (operations ? patch.lookup("operations") : patch).toJson());
  if (!operations) return session.fromData(data::applyMergePatch(document, change));
  TRY(data::Value patched, data::applyJsonPatch(document, change));
  return session.fromData(patched);
}

}  // namespace

PatchMarks patchMarks(const std::vector<cue::Doc>& docs) {
  PatchMarks out;
  for (const cue::Doc& doc : docs) {
    if (doc.lineComment) continue;
    for (const std::string& line : split(doc.text, '\n')) {
      std::string_view text = trim(line);
      if (!startsWith(text, "+")) continue;
      std::size_t equal = text.find('=');
      if (equal == std::string_view::npos) continue;
      std::string_view name = trim(text.substr(1, equal - 1));
      std::string_view value = trim(text.substr(equal + 1));
      if (value.empty() || value.find_first_of(" \t") != std::string_view::npos) continue;
      if (name == "patchKey") out.key = std::string(value);
      if (name == "patchStrategy") out.strategy = std::string(value);
    }
  }
  return out;
}

Result<cue::Value> applyPatch(cue::Session& session, const cue::Value& base, const cue::Value& patch) {
  std::string strategy = wholeStrategy(patch);
  if (strategy == "jsonPatch") return applyToData(session, base, patch, true);
  if (strategy == "jsonMergePatch") return applyToData(session, base, patch, false);
  return applyStrategicPatch(session, base, patch);
}

Result<cue::Value> applyStrategicPatch(cue::Session& session, const cue::Value& base,
                                       const cue::Value& patch) {
  return Patcher(session).merge(base, patch, {}, false);
}

}  // namespace puppis::render
