// SPDX-License-Identifier: Apache-2.0
#include "apiserver/pod_warnings.h"

#include <map>
#include <set>

namespace puppis::apiserver {

using data::Value;

namespace {

void warnOfPorts(const Value& spec, const std::string& path, std::vector<std::string>& out) {
  std::map<std::string, std::string> seen;
  for (std::size_t c = 0; c < spec.get("containers").size(); ++c) {
    const Value& container = spec.get("containers").at(c);
    for (std::size_t p = 0; p < container.get("ports").size(); ++p) {
      const Value& port = container.get("ports").at(p);
      std::string at = path + ".containers[" + std::to_string(c) + "].ports[" + std::to_string(p) + "]";
      std::string key = port.get("containerPort").numberText() + "/" + port.get("protocol").asString();
      auto [it, fresh] = seen.emplace(key, at);
      if (!fresh) out.push_back(at + ": duplicate port definition with " + it->second);
    }
  }
  std::map<std::string, std::string> names;
  for (std::size_t c = 0; c < spec.get("containers").size(); ++c) {
    const Value& ports = spec.get("containers").at(c).get("ports");
    for (std::size_t p = 0; p < ports.size(); ++p) {
      const std::string& name = ports.at(p).get("name").asString();
      if (name.empty()) continue;
      std::string at = path + ".containers[" + std::to_string(c) + "].ports[" + std::to_string(p) + "]";
      auto [it, fresh] = names.emplace(name, at);
      if (fresh) continue;
      out.push_back(at + ": duplicate port name \"" + name + "\" with " + it->second +
                    ", services and probes that select ports by name will use " + it->second);
    }
  }
}

void warnOfNames(const Value& container, const std::string& path, std::vector<std::string>& out) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < container.get("env").size(); ++i) {
    const std::string& name = container.get("env").at(i).get("name").asString();
    if (!names.insert(name).second) {
      out.push_back(path + ".env[" + std::to_string(i) + "]: hides previous definition of \"" + name +
                    "\", which may be dropped when using apply");
    }
  }
}

}  // namespace

std::vector<std::string> podWarnings(const Value& object) {
  std::string path = "spec";
  const Value* spec = &object.get("spec");
  if (object.get("kind").asString() == "CronJob") {
    spec = &spec->get("jobTemplate", "spec");
    path += ".jobTemplate.spec";
  }
  if (object.get("kind").asString() != "Pod") {
    if (!spec->get("template", "spec", "containers").isArray()) return {};
    spec = &spec->get("template", "spec");
    path += ".template.spec";
  }
  std::vector<std::string> out;
  warnOfPorts(*spec, path, out);
  for (const char* list : {"initContainers", "containers"}) {
    for (std::size_t i = 0; i < spec->get(list).size(); ++i) {
      warnOfNames(spec->get(list).at(i), path + "." + list + "[" + std::to_string(i) + "]", out);
    }
  }
  return out;
}

}  // namespace puppis::apiserver
