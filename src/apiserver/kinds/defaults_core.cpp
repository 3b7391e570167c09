// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/default_rules.h"
#include "base/strings.h"
#include "data/quantity.h"

namespace puppis::apiserver::kinds {
namespace {

using data::Value;

void podSpec(Value& o) {
  fillZero(o, "dnsPolicy", "ClusterFirst");
  fillZero(o, "restartPolicy", "Always");
  fillIn(o, "securityContext", Value::object());
  fillIn(o, "terminationGracePeriodSeconds", 30);
  fillZero(o, "schedulerName", "default-scheduler");
  // two names of one field
  if (const Value& account = o.get("serviceAccountName"); account.isString()) {
    o.set("serviceAccount", Value(account));
  } else if (o.get("serviceAccount").isString()) {
    o.set("serviceAccountName", Value(o.get("serviceAccount")));
  }
}

void container(Value& o) {
  fillZero(o, "imagePullPolicy", defaultPullPolicy(o.get("image").asString()));
  fillZero(o, "terminationMessagePath", "/dev/termination-log");
  fillZero(o, "terminationMessagePolicy", "File");
}

void roundResources(Value& list) {
  for (std::size_t i = 0; i < list.members().size(); ++i) {
    const auto& member = list.members()[i];
    if (auto quantity = data::Quantity::parse(member.value.asString())) {
      std::string rounded = quantity->roundedUpToMilli().str();
      if (rounded != member.value.asString()) list.set(member.key.str(), rounded);
    }
  }
}

void resources(Value& o) {
  for (auto field : {"limits", "requests"}) {
    if (o.get(field).isObject()) roundResources(*o.mutableFind(field));
  }
}

void requestsFromLimits(Value& containers, bool hostNetwork) {
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const Value limits = containers.at(i).get("resources", "limits");
    if (!limits.empty()) {
      Value& requests = containers.mutableAt(i)["resources"]["requests"];
      for (const auto& limit : limits.members()) {
        if (!requests.has(limit.key.str())) requests.set(limit.key.str(), limit.value);
      }
    }
    if (!hostNetwork) continue;
    for (std::size_t p = 0; p < containers.at(i).get("ports").size(); ++p) {
      Value& port = containers.mutableAt(i)["ports"].mutableAt(p);
      fillZero(port, "hostPort", Value(port.get("containerPort")));
    }
  }
}

void pod(Value& o) {
  Value& spec = o["spec"];
  bool hostNetwork = spec.get("hostNetwork").asBool();
  for (auto field : {"containers", "initContainers"}) {
    if (spec.get(field).isArray()) requestsFromLimits(*spec.mutableFind(field), hostNetwork);
  }
  fillIn(spec, "enableServiceLinks", true);
}

void probe(Value& o) {
  fillZero(o, "timeoutSeconds", 1);
  fillZero(o, "periodSeconds", 10);
  fillZero(o, "successThreshold", 1);
  fillZero(o, "failureThreshold", 3);
}

void httpGet(Value& o) {
  fillZero(o, "path", "/");
  fillZero(o, "scheme", "HTTP");
}

void volume(Value& o) {
  if (o.size() <= 1) o.set("emptyDir", Value::object());
  if (Value* image = o.mutableFind("image")) {
    fillZero(*image, "pullPolicy", defaultPullPolicy(image->get("reference").asString()));
  }
}

void service(Value& o) {
  Value& spec = o["spec"];
  fillZero(spec, "sessionAffinity", "None");
  const std::string affinity = spec.get("sessionAffinity").asString();
  if (affinity == "None") spec.erase("sessionAffinityConfig");
  if (affinity == "ClientIP" && spec.get("sessionAffinityConfig", "clientIP", "timeoutSeconds").isNull()) {
    spec.set("sessionAffinityConfig",
             Value::object({{"clientIP", Value::object({{"timeoutSeconds", 10800}})}}));
  }
  fillZero(spec, "type", "ClusterIP");
  const std::string type = spec.get("type").asString();
  for (std::size_t i = 0; i < spec.get("ports").size(); ++i) {
    Value& port = spec["ports"].mutableAt(i);
    fillZero(port, "protocol", "TCP");
    fillZero(port, "targetPort", Value(port.get("port")));
  }
  bool balancer = type == "LoadBalancer";
  bool external = balancer || type == "NodePort" || (type == "ClusterIP" && !spec.get("externalIPs").empty());
  if (external) fillZero(spec, "externalTrafficPolicy", "Cluster");
  if (balancer || type == "NodePort" || type == "ClusterIP") fillIn(spec, "internalTrafficPolicy", "Cluster");
  if (!balancer) return;
  fillIn(spec, "allocateLoadBalancerNodePorts", true);
  for (std::size_t i = 0; i < o.get("status", "loadBalancer", "ingress").size(); ++i) {
    Value& ingress = o["status"]["loadBalancer"]["ingress"].mutableAt(i);
    if (!ingress.get("ip").asString().empty()) fillIn(ingress, "ipMode", "VIP");
  }
}

void replicationController(Value& o) {
  const Value labels = o.get("spec", "template", "metadata", "labels");
  if (labels.isNull()) return;
  if (o.get("spec", "selector").empty()) o["spec"].set("selector", labels);
  if (o.get("metadata", "labels").empty()) o["metadata"].set("labels", labels);
}

void secret(Value& o) {
  fillZero(o, "type", "Opaque");
  const Value plain = o.get("stringData");
  if (plain.isNull()) return;
  Value& data = o["data"];
  if (data.isNull()) data = Value::object();
  for (const auto& member : plain.members())
    data.set(member.key.str(), base64Encode(member.value.asString()));
  o.erase("stringData");
  if (o.get("data").empty()) o.erase("data");
}

void defaultMode(Value& o) {
  fillIn(o, "defaultMode", 420);
}
void tokenProjection(Value& o) {
  fillIn(o, "expirationSeconds", 3600);
}

void persistentVolume(Value& o) {
  fillZero(o["status"], "phase", "Pending");
  fillZero(o["spec"], "persistentVolumeReclaimPolicy", "Retain");
  fillIn(o["spec"], "volumeMode", "Filesystem");
}

void claim(Value& o) {
  fillZero(o["status"], "phase", "Pending");
}
void claimSpec(Value& o) {
  fillIn(o, "volumeMode", "Filesystem");
}
void endpointPort(Value& o) {
  fillZero(o, "protocol", "TCP");
}

void nameSpace(Value& o) {
  const std::string name = o.get("metadata", "name").asString();
  if (!name.empty()) o["metadata"]["labels"].set("kubernetes.io/metadata.name", name);
  fillZero(o["status"], "phase", "Active");
}

void nodeStatus(Value& o) {
  if (o.get("allocatable").isNull() && !o.get("capacity").isNull())
    o.set("allocatable", Value(o.get("capacity")));
}

void fieldRef(Value& o) {
  fillZero(o, "apiVersion", "v1");
}
void hostPath(Value& o) {
  fillIn(o, "type", "");
}

void copyMissing(Value& to, const Value& from) {
  for (const auto& member : from.members()) {
    if (!to.has(member.key.str())) to.set(member.key.str(), member.value);
  }
}

void limitRangeItem(Value& o) {
  if (o.get("type").asString() != "Container") return;
  Value standard = o.get("default");
  copyMissing(standard, o.get("max"));
  Value request = o.get("defaultRequest");
  copyMissing(request, standard);
  copyMissing(request, o.get("min"));
  if (!standard.empty()) o.set("default", standard);
  if (!request.empty()) o.set("defaultRequest", request);
}

}  // namespace

std::string defaultPullPolicy(const std::string& image) {
  std::string name = image;
  std::size_t digest = name.find('@');
  if (digest != std::string::npos) name.resize(digest);
  std::size_t slash = name.rfind('/');
  std::size_t colon = name.find(':', slash == std::string::npos ? 0 : slash);
  std::string tag = colon == std::string::npos ? "" : name.substr(colon + 1);
  std::string repository = name.substr(0, colon);
  bool wellFormed =
      !repository.empty() &&
      repository.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ ", repository.find('/') + 1) == std::string::npos;
  if (tag.empty() && digest == std::string::npos && wellFormed && colon == std::string::npos) tag = "latest";
  return tag == "latest" && wellFormed ? "Always" : "IfNotPresent";
}

void addCoreDefaults(DefaultRules& rules) {
  auto add = [&](const char* type, Defaulter rule) {
    rules[std::string("io.k8s.api.core.v1.") + type] = rule;
  };
  add("PodSpec", podSpec);
  add("Container", container);
  add("EphemeralContainer", container);
  add("ResourceRequirements", resources);
  add("VolumeResourceRequirements", resources);
  add("Pod", pod);
  add("Probe", probe);
  add("HTTPGetAction", httpGet);
  add("Volume", volume);
  add("Service", service);
  add("ReplicationController", replicationController);
  add("Secret", secret);
  for (auto type :
       {"SecretVolumeSource", "ConfigMapVolumeSource", "DownwardAPIVolumeSource", "ProjectedVolumeSource"}) {
    add(type, defaultMode);
  }
  add("ServiceAccountTokenProjection", tokenProjection);
  add("PersistentVolume", persistentVolume);
  add("PersistentVolumeClaim", claim);
  add("PersistentVolumeClaimSpec", claimSpec);
  add("EndpointPort", endpointPort);
  add("Namespace", nameSpace);
  add("NodeStatus", nodeStatus);
  add("ObjectFieldSelector", fieldRef);
  add("HostPathVolumeSource", hostPath);
  add("LimitRangeItem", limitRangeItem);
}

}  // namespace puppis::apiserver::kinds
