// SPDX-License-Identifier: Apache-2.0
#include "nodes/revisions.h"

#include <algorithm>

#include "data/json.h"
#include "kube/object.h"
#include "nodes/pod_state.h"

namespace puppis::nodes {

Result<Value> currentRevision(Context& context, const Value& owner) {
  Value tmpl = owner.get("spec", "template");
  std::vector<Value> revisions = context.owned(kControllerRevisions, kube::uid(owner));
  std::int64_t highest = 0;
  for (const auto& revision : revisions) highest = std::max(highest, revision.get("revision").asInt());
  for (const auto& revision : revisions) {
    Value kept = revision.get("data", "spec", "template");
    kept.erase("$patch");
    if (!sameTemplate(kept, tmpl, kRevisionHash)) continue;
    if (revision.get("revision").asInt() == highest) return revision;
    return context.patch(kControllerRevisions, kube::nameOf(revision),
                         Value::object({{"revision", highest + 1}}));
  }
  std::string salt = std::to_string(owner.get("status", "collisionCount").asInt());
  std::string hash = shortHash(data::toJson(tmpl, {.sortKeys = true}) + salt);
  Value labels = owner.get("spec", "selector", "matchLabels");
  if (labels.isNull()) labels = Value::object();
  labels.set(kRevisionHash, hash);
  Value kept = tmpl;
  kept.set("$patch", "replace");
  Value metadata = Value::object({{"name", kube::name(owner) + "-" + hash},
                                  {"namespace", kube::namespaceOf(owner)},
                                  {"labels", labels},
                                  {"ownerReferences", Value::array({kube::ownerReferenceTo(owner)})}});
  return context.create(
      kControllerRevisions,
      Value::object({{"apiVersion", "apps/v1"},
                     {"kind", "ControllerRevision"},
                     {"metadata", metadata},
                     {"data", Value::object({{"spec", Value::object({{"template", kept}})}})},
                     {"revision", highest + 1}}));
}

Status dropOldRevisions(Context& context, const Value& owner, const std::vector<std::string>& live) {
  std::vector<Value> idle = context.owned(kControllerRevisions, kube::uid(owner));
  std::erase_if(idle, [&](const Value& revision) {
    return std::find(live.begin(), live.end(), kube::name(revision)) != live.end();
  });
  std::sort(idle.begin(), idle.end(), [](const Value& a, const Value& b) {
    return a.get("revision").asInt() < b.get("revision").asInt();
  });
  std::int64_t over =
      static_cast<std::int64_t>(idle.size()) - owner.get("spec", "revisionHistoryLimit").asInt();
  for (std::int64_t i = 0; i < over; ++i)
    TRY_VOID(context.remove(kControllerRevisions, idle[static_cast<std::size_t>(i)]));
  return {};
}

}  // namespace puppis::nodes
