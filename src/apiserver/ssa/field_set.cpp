// SPDX-License-Identifier: Apache-2.0
#include "apiserver/ssa/field_set.h"

#include "base/strings.h"
#include "data/json.h"

namespace puppis::apiserver {

using data::Value;

void FieldSet::insert(const FieldPath& path) {
  FieldSet* at = this;
  for (const std::string& element : path) at = &at->children[element];
  at->member = true;
}

const FieldSet* FieldSet::child(std::string_view element) const {
  auto it = children.find(element);
  return it == children.end() ? nullptr : &it->second;
}

bool FieldSet::has(const FieldPath& path) const {
  const FieldSet* at = this;
  for (const std::string& element : path) {
    at = at->child(element);
    if (at == nullptr) return false;
  }
  return at->member;
}

namespace {

void collect(const FieldSet& set, FieldPath& path, std::vector<FieldPath>& out) {
  // The members of one level come before those below it.
  for (const auto& [element, below] : set.children) {
    if (!below.member) continue;
    out.push_back(path);
    out.back().push_back(element);
  }
  for (const auto& [element, below] : set.children) {
    if (below.children.empty()) continue;
    path.push_back(element);
    collect(below, path, out);
    path.pop_back();
  }
}

template <typename F>
void eachChild(const FieldSet& set, FieldSet& out, F&& make) {
  for (const auto& [element, below] : set.children) {
    FieldSet made = make(element, below);
    if (!made.empty()) out.children.emplace(element, std::move(made));
  }
}

}  // namespace

std::vector<FieldPath> FieldSet::paths() const {
  std::vector<FieldPath> out;
  FieldPath path;
  collect(*this, path, out);
  return out;
}

FieldSet unite(const FieldSet& a, const FieldSet& b) {
  FieldSet out = a;
  out.member = a.member || b.member;
  for (const auto& [element, below] : b.children) {
    auto it = out.children.find(element);
    if (it == out.children.end()) {
      out.children.emplace(element, below);
    } else {
      it->second = unite(it->second, below);
    }
  }
  return out;
}

FieldSet difference(const FieldSet& a, const FieldSet& b) {
  FieldSet out;
  out.member = a.member && !b.member;
  eachChild(a, out, [&](const std::string& element, const FieldSet& below) {
    const FieldSet* other = b.child(element);
    return other == nullptr ? below : difference(below, *other);
  });
  return out;
}

FieldSet differenceBelow(const FieldSet& a, const FieldSet& b) {
  FieldSet out;
  if (b.member) return out;
  out.member = a.member;
  eachChild(a, out, [&](const std::string& element, const FieldSet& below) {
    const FieldSet* other = b.child(element);
    return other == nullptr ? below : differenceBelow(below, *other);
  });
  return out;
}

FieldSet intersection(const FieldSet& a, const FieldSet& b) {
  FieldSet out;
  out.member = a.member && b.member;
  eachChild(a, out, [&](const std::string& element, const FieldSet& below) {
    const FieldSet* other = b.child(element);
    return other == nullptr ? FieldSet{} : intersection(below, *other);
  });
  return out;
}

Value toFieldsV1(const FieldSet& set) {
  Value out = Value::object();
  if (set.member && !set.children.empty()) out.append(".", Value::object());
  for (const auto& [element, below] : set.children) out.append(element, toFieldsV1(below));
  return out;
}

namespace {

Result<FieldSet> readFields(const Value& fields, int depth) {
  constexpr int kDeepest = 200;
  if (!fields.isObject() || depth > kDeepest) return fail(ErrorCode::InvalidArgument, "malformed FieldsV1");
  FieldSet out;
  for (const data::Member& member : fields.members()) {
    const std::string& key = member.key.str();
    if (key == ".") {
      out.member = true;
      continue;
    }
    if (key.size() < 2 || key[1] != ':')
      return fail(ErrorCode::InvalidArgument, "malformed FieldsV1 key " + key);
    TRY(FieldSet below, readFields(member.value, depth + 1));
    // A leaf is a member without saying so.
    if (member.value.empty()) below.member = true;
    std::string element = key;
    if (key[0] == 'k') {
      auto parsed = data::parseJson(std::string_view(key).substr(2));
      if (!parsed) return fail(ErrorCode::InvalidArgument, "malformed FieldsV1 key " + key);
      element = "k:" + data::toJson(*parsed, {.sortKeys = true});
    }
    out.children.emplace(std::move(element), std::move(below));
  }
  return out;
}

}  // namespace

Result<FieldSet> fromFieldsV1(const Value& fields) {
  TRY(FieldSet out, readFields(fields, 0));
  out.member = false;
  return out;
}

std::string pathText(const FieldPath& path) {
  std::string out;
  for (const std::string& element : path) {
    std::string body = element.substr(2);
    switch (element[0]) {
      case 'f':
        out += "." + body;
        break;
      case 'v':
        out += "[=" + body + "]";
        break;
      case 'k': {
        auto key = data::parseJson(std::string_view(body));
        std::string text;
        if (key) {
          for (const data::Member& member : key->members())
            text += (text.empty() ? "" : ",") + member.key.str() + "=" + data::toJson(member.value);
        }
        out += "[" + text + "]";
        break;
      }
      default:
        out += "[" + body + "]";
        break;
    }
  }
  return out;
}

}  // namespace puppis::apiserver
