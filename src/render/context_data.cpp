// SPDX-License-Identifier: Apache-2.0
#include "render/context_data.h"

#include <charconv>

namespace puppis::render {

namespace {

using data::Value;

Value textMap(const std::map<std::string, std::string>& map) {
  Value out = Value::object();
  for (const auto& [key, text] : map) out.append(data::Key(key), text);
  return out;
}

std::string annotation(const oam::Application& application, const std::string& key) {
  auto found = application.annotations.find(key);
  return found == application.annotations.end() ? "" : found->second;
}

/// The components as the API has them: the fields it knows, none that are empty.
Value componentsOf(const oam::Application& application) {
  Value out = Value::array();
  for (const oam::Component& component : application.components) {
    Value one = Value::object();
    for (const char* key : {"dependsOn", "externalRevision", "inputs", "name", "outputs", "properties",
                            "scopes", "traits", "type"}) {
      const Value* value = component.object.find(key);
      bool required = std::string_view(key) == "name" || std::string_view(key) == "type";
      bool empty = value == nullptr || value->isNull() || (value->isArray() && value->empty()) ||
                   (value->isString() && value->asString().empty());
      if (!empty) {
        one.append(key, value->sorted());
      } else if (required) {
        one.append(key, "");
      }
    }
    out.push(std::move(one));
  }
  return out;
}

}  // namespace

std::int64_t revisionNumber(std::string_view revision) {
  std::size_t dash = revision.rfind("-v");
  if (dash == std::string_view::npos) return 0;
  std::string_view digits = revision.substr(dash + 2);
  std::int64_t out = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return error == std::errc() && end == digits.data() + digits.size() ? out : 0;
}

std::string targetNamespace(const oam::Application& application, const RenderContext& context) {
  return context.targetNamespace.empty() ? homeNamespace(application, context) : context.targetNamespace;
}

std::string homeNamespace(const oam::Application& application, const RenderContext& context) {
  if (!application.namespace_.empty()) return application.namespace_;
  return context.namespace_.empty() ? "default" : context.namespace_;
}

Value contextOf(const oam::Application& application, const std::string& name, const Value& parameter,
                const RenderContext& context) {
  auto revision = context.componentRevisions.find(name);
  Value version = Value::object({{"gitVersion", context.clusterVersion.gitVersion},
                                 {"major", context.clusterVersion.major},
                                 {"minor", static_cast<long>(context.clusterVersion.minor)},
                                 {"platform", context.clusterVersion.platform}});
  Value out = Value::object();
  out.append("appAnnotations", textMap(application.annotations));
  out.append("appLabels", textMap(application.labels));
  out.append("appName", application.name);
  out.append("appRevision", context.appRevision);
  out.append("appRevisionNum", static_cast<long>(revisionNumber(context.appRevision)));
  out.append("cluster", context.cluster);
  out.append("clusterVersion", std::move(version));
  out.append("components", componentsOf(application));
  out.append("name", name);
  out.append("namespace", targetNamespace(application, context));
  if (parameter.isObject()) out.append("parameter", parameter.sorted());
  out.append("publishVersion", annotation(application, "app.oam.dev/publishVersion"));
  out.append("replicaKey", context.replicaKey);
  out.append("revision", revision == context.componentRevisions.end() ? "" : revision->second);
  out.append("workflowName", annotation(application, "app.oam.dev/workflowName"));
  return out;
}

}  // namespace puppis::render
