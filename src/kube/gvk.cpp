// SPDX-License-Identifier: Apache-2.0
#include "kube/gvk.h"

namespace puppis::kube {

Gvk Gvk::of(std::string_view apiVersion, std::string_view kind) {
  Gvk out;
  auto slash = apiVersion.find('/');
  if (slash == std::string_view::npos) {
    out.version = apiVersion;
  } else {
    out.group = apiVersion.substr(0, slash);
    out.version = apiVersion.substr(slash + 1);
  }
  out.kind = kind;
  return out;
}

std::string Gvk::apiVersion() const {
  return group.empty() ? version : group + "/" + version;
}

std::string Gvk::str() const {
  return apiVersion() + " " + kind;
}

std::string Gvr::apiVersion() const {
  return group.empty() ? version : group + "/" + version;
}

std::string Gvr::root() const {
  return group.empty() ? "/api/" + version : "/apis/" + group + "/" + version;
}

std::string Gvr::str() const {
  return group.empty() ? resource : resource + "." + group;
}

std::string Gvr::path(std::string_view ns, std::string_view name, std::string_view subresource) const {
  std::string out = root();
  if (!ns.empty()) out.append("/namespaces/").append(ns);
  out.append("/").append(resource);
  if (!name.empty()) out.append("/").append(name);
  if (!subresource.empty()) out.append("/").append(subresource);
  return out;
}

std::string ObjectName::str() const {
  return ns.empty() ? name : ns + "/" + name;
}

}  // namespace puppis::kube
