// SPDX-License-Identifier: Apache-2.0
#include "cli/definition_store.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "kube/object.h"

namespace puppis::cli {

namespace {

using data::Value;
using oam::DefinitionKind;

constexpr DefinitionKind kKinds[] = {DefinitionKind::Component, DefinitionKind::Trait, DefinitionKind::Policy,
                                     DefinitionKind::WorkflowStep};

Status ensureNamespace(kube::Client& client, const std::string& ns, bool dryRun) {
  const kube::Gvr namespaces{"", "v1", "namespaces"};
  auto there = client.get(namespaces, {"", ns});
  if (there || there.error().code() != ErrorCode::NotFound || dryRun) return {};
  Value object = Value::object({{"apiVersion", "v1"}, {"kind", "Namespace"}});
  object["metadata"].set("name", ns);
  auto made = client.create(namespaces, "", object);
  if (!made && made.error().code() != ErrorCode::AlreadyExists) return fail(made.error());
  return {};
}

/// `into` with the members of `from` on top.
Value overlaid(Value into, const Value& from) {
  if (!into.isObject()) into = Value::object();
  for (const data::Member& m : from.members()) into.set(m.key.str(), m.value);
  return into;
}

}  // namespace

Result<std::vector<Value>> listDefinitions(kube::Client& client, std::optional<DefinitionKind> kind,
                                           const std::string& ns) {
  std::vector<Value> out;
  for (DefinitionKind one : kKinds) {
    if (kind && *kind != one) continue;
    TRY(kube::List list, kube::listAll(client, definitionResource(one), ns));
    std::ranges::sort(list.items, {}, [](const Value& v) { return kube::name(v); });
    for (Value& item : list.items) out.push_back(std::move(item));
  }
  return out;
}

Result<Value> getDefinition(kube::Client& client, std::optional<DefinitionKind> kind, const std::string& ns,
                            const std::string& name) {
  for (const std::string& where : {ns, std::string(kSystemNamespace)}) {
    std::vector<Value> found;
    for (DefinitionKind one : kKinds) {
      if (kind && *kind != one) continue;
      auto object = client.get(definitionResource(one), {where, name});
      if (object) {
        found.push_back(std::move(*object));
      } else if (object.error().code() != ErrorCode::NotFound) {
        return fail(object.error());
      }
    }
    if (found.size() == 1) return std::move(found.front());
    if (found.size() > 1) {
      std::vector<std::string> kinds;
      for (const Value& v : found) kinds.push_back(v.get("kind").asString());
      return fail(ErrorCode::InvalidArgument, "several definitions are called \"" + name + "\" (" +
                                                  join(kinds, ", ") + "); say which with --type");
    }
  }
  Error error(ErrorCode::NotFound,
              "there is no definition \"" + name + "\" in " + ns + " or " + std::string(kSystemNamespace));
  std::vector<std::string> names;
  for (const std::string& where : {ns, std::string(kSystemNamespace)}) {
    TRY(std::vector<Value> all, listDefinitions(client, kind, where));
    for (const Value& v : all) names.push_back(kube::name(v));
  }
  if (auto near = nearest(name, names)) error.suggest(*near);
  return fail(std::move(error));
}

std::string_view appliedWord(Applied applied) {
  switch (applied) {
    case Applied::Created:
      return "created";
    case Applied::Configured:
      return "configured";
    default:
      return "unchanged";
  }
}

Result<Applied> applyDefinition(kube::Client& client, const Value& object, const std::string& ns,
                                bool dryRun) {
  auto kind = oam::definitionKind(object.get("kind").asString());
  if (!kind) return fail(ErrorCode::InvalidArgument, kube::describe(object) + " is no definition");
  kube::Gvr type = definitionResource(*kind);
  kube::ObjectName name{ns, kube::name(object)};
  kube::WriteOptions options;
  options.dryRun = dryRun;
  options.fieldManager = "puppis";
  auto live = client.get(type, name);
  if (!live) {
    if (live.error().code() != ErrorCode::NotFound) return fail(live.error());
    TRY_VOID(ensureNamespace(client, ns, dryRun));
    Value fresh = object;
    fresh["metadata"].set("namespace", ns);
    TRY(Value made, client.create(type, ns, fresh, options));
    return Applied::Created;
  }
  Value wanted = *live;
  wanted.set("spec", object.get("spec"));
  for (const char* key : {"labels", "annotations"}) {
    const Value& given = object.get("metadata").get(key);
    if (!given.empty()) wanted["metadata"].set(key, overlaid(live->get("metadata").get(key), given));
  }
  if (wanted == *live) return Applied::Unchanged;
  TRY(Value updated, client.update(type, name, wanted, options));
  return Applied::Configured;
}

Result<std::vector<Value>> definitionRevisions(kube::Client& client, const std::string& ns,
                                               const std::string& name) {
  TRY(kube::List list, kube::listAll(client, {"core.oam.dev", "v1beta1", "definitionrevisions"}, ns));
  std::vector<Value> out;
  for (Value& item : list.items) {
    const Value& spec = item.get("spec");
    for (const char* key :
         {"componentDefinition", "traitDefinition", "policyDefinition", "workflowStepDefinition"}) {
      if (spec.get(key, "metadata", "name").asString() != name) continue;
      out.push_back(std::move(item));
      break;
    }
  }
  std::ranges::sort(out, {}, [](const Value& v) { return v.get("spec", "revision").asInt(); });
  return out;
}

}  // namespace puppis::cli
