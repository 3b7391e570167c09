// SPDX-License-Identifier: Apache-2.0
#include "data/merge_patch.h"

namespace puppis::data {

Value applyMergePatch(const Value& target, const Value& patch) {
  if (!patch.isObject()) return patch;
  Value out = target.isObject() ? target : Value::object();
  for (const Member& member : patch.members()) {
    if (member.value.isNull()) {
      out.erase(member.key.str());
    } else {
      out.set(member.key.str(), applyMergePatch(out.get(member.key.str()), member.value), member.keyMark);
    }
  }
  return out;
}

Value createMergePatch(const Value& from, const Value& to) {
  if (!from.isObject() || !to.isObject()) return to;
  Value out = Value::object();
  for (const Member& member : from.members()) {
    if (!to.has(member.key.str())) out.append(member.key, Value());
  }
  for (const Member& member : to.members()) {
    const Value* old = from.find(member.key.str());
    if (old == nullptr) {
      out.append(member.key, member.value);
    } else if (!(*old == member.value)) {
      out.append(member.key, createMergePatch(*old, member.value));
    }
  }
  return out;
}

}  // namespace puppis::data
