// SPDX-License-Identifier: Apache-2.0
#include "nodes/namespaces.h"

#include "kube/object.h"

namespace puppis::nodes {
namespace {

bool settled(const Result<Value>& made) {
  if (made || made.error().code() == ErrorCode::AlreadyExists) return true;
  // a namespace that is going away takes nothing new
  return made.error().code() == ErrorCode::Forbidden || made.error().code() == ErrorCode::NotFound;
}

}  // namespace

void NamespaceFurnisher::attach(Context& context) {
  context.watch(kNamespaces, [&context, this](const kube::Change& change) {
    if (change.after && !kube::beingDeleted(*change.after))
      context.enqueue(name(), {"", kube::name(*change.after)});
  });
  context.watch(kServiceAccounts, [&context, this](const kube::Change& change) {
    if (!change.after && kube::name(*change.before) == "default")
      context.enqueue(name(), {"", kube::namespaceOf(*change.before)});
  });
}

Result<std::optional<Nanos>> NamespaceFurnisher::reconcile(Context& context, const ObjectName& key) {
  std::optional<Nanos> wait;
  auto space = context.mirror(kNamespaces).get(key);
  if (!space || kube::beingDeleted(*space)) return wait;
  auto metadata = [&](const char* name) { return Value::object({{"name", name}, {"namespace", key.name}}); };
  if (!context.mirror(kServiceAccounts).get({key.name, "default"})) {
    auto made = context.create(
        kServiceAccounts,
        Value::object({{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", metadata("default")}}));
    if (!settled(made)) return fail(made.error());
  }
  if (context.options.caPem.empty()) return wait;
  Value data = Value::object({{"ca.crt", context.options.caPem}});
  auto made = context.client.create(kConfigMaps, key.name,
                                    Value::object({{"apiVersion", "v1"},
                                                   {"kind", "ConfigMap"},
                                                   {"metadata", metadata("kube-root-ca.crt")},
                                                   {"data", data}}));
  if (!settled(made)) return fail(made.error());
  return wait;
}

}  // namespace puppis::nodes
