// SPDX-License-Identifier: Apache-2.0
#include "deliver/object_id.h"

#include "kube/object.h"

namespace puppis::deliver {

ObjectId ObjectId::of(const data::Value& object, std::string cluster) {
  kube::Gvk gvk = kube::gvkOf(object);
  return {std::move(cluster), gvk.group, gvk.kind, kube::namespaceOf(object), kube::name(object)};
}

std::string ObjectId::str() const {
  std::string out = kind;
  if (group.find('.') != std::string::npos && group.find(".k8s.io") == std::string::npos) out += "." + group;
  out += " ";
  if (!ns.empty()) out += ns + "/";
  out += name;
  if (cluster != "local") out += " in " + cluster;
  return out;
}

}  // namespace puppis::deliver
