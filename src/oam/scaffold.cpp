// SPDX-License-Identifier: Apache-2.0
#include "oam/scaffold.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "cue/format/format.h"
#include "oam/authored_text.h"

namespace puppis::oam {

namespace {

using data::Value;

/// What a template says, part by part; put together by written().
struct Parts {
  std::string imports;
  std::string attributes = "{}";
  std::string body;
  std::string parameter;  ///< the value of #Parameter
};

Result<std::string> written(const NewDefinition& what, const Parts& parts) {
  std::string text = parts.imports.empty() ? "" : "import (\n" + parts.imports + ")\n\n";
  text += cueLabel(what.name) + ": {\n\ttype: " + cueString(typeWord(what.kind)) + "\n";
  if (!what.alias.empty()) text += "\talias: " + cueString(what.alias) + "\n";
  text += "\tannotations: {}\n\tlabels: {}\n\tdescription: " + cueString(what.description) +
          "\n\tattributes: " + parts.attributes + "\n}\n\ntemplate: {\n" + parts.body +
          "\n\tparameter: #Parameter\n\n\t#Parameter: " + parts.parameter + "\n}\n";
  return cue::formatSource(SourceFile::make(what.name + ".cue", std::move(text)));
}

/// "deployments.apps" out of a kind and an API version, as KubeVela names workload types.
std::string workloadType(const std::string& apiVersion, const std::string& kind) {
  std::string plural = toLower(kind);
  plural += endsWith(plural, "s") ? "es" : "s";
  if (endsWith(plural, "ys")) plural = plural.substr(0, plural.size() - 2) + "ies";
  std::size_t slash = apiVersion.find('/');
  return slash == std::string::npos ? plural : plural + "." + apiVersion.substr(0, slash);
}

std::string workloadAttribute(const std::string& apiVersion, const std::string& kind) {
  Value definition = Value::object({{"apiVersion", apiVersion}, {"kind", kind}});
  Value workload =
      Value::object({{"definition", std::move(definition)}, {"type", workloadType(apiVersion, kind)}});
  return cueText(Value::object({{"workload", std::move(workload)}}));
}

std::string attributesOf(const NewDefinition& what, const std::string& apiVersion, const std::string& kind) {
  if (what.kind == DefinitionKind::Component) return workloadAttribute(apiVersion, kind);
  if (what.kind == DefinitionKind::Trait) return "{appliesToWorkloads: [\"*\"], podDisruptive: false}";
  return "{}";
}

/// Objects as templates. What differs from use to use becomes an expression: a mark in the data, put in place
/// of its quoted text when the data has been written.
class ObjectTemplates {
 public:
  std::string text(Value object, const std::string& ownName) {
    Value* metadata = object.mutableFind("metadata");
    if (metadata != nullptr) {
      metadata->erase("namespace");
      metadata->erase("creationTimestamp");
      metadata->erase("uid");
      metadata->erase("resourceVersion");
      metadata->erase("generation");
      metadata->erase("managedFields");
      if (metadata->get("name").asString() == ownName || ownName.empty()) {
        metadata->set("name", mark("context.name"));
      } else {
        metadata->set("name", mark("\"\\(context.name)-" + metadata->get("name").asString() + "\""));
      }
    }
    object.erase("status");
    liftWorkload(object);
    std::string out = cueText(object);
    for (const auto& [token, expression] : marks_)
      out = replaceAll(std::move(out), cueString(token), expression);
    return out;
  }

  [[nodiscard]] std::string parameter() const {
    return parameters_.empty() ? "{}" : "{\n" + parameters_ + "}";
  }

 private:
  std::string mark(std::string expression) {
    std::string token = "puppis-mark-" + std::to_string(marks_.size()) + "-";
    marks_.emplace_back(token, std::move(expression));
    return token;
  }

  /// The value becomes the default of a parameter.
  void lift(Value& at, const std::string& name, const std::string& usage, const std::string& type) {
    parameters_ += "// +usage=" + usage + "\n" + name + ": *" + cueText(at) + " | " + type + "\n";
    at = Value(mark("parameter." + name));
  }

  void liftWorkload(Value& object) {
    Value* spec = object.mutableFind("spec");
    if (spec == nullptr || !spec->get("template", "spec", "containers").isArray() || lifted_) return;
    lifted_ = true;
    if (Value* replicas = spec->mutableFind("replicas"))
      lift(*replicas, "replicas", "How many replicas to run", "int");
    Value& containers = (*spec)["template"]["spec"]["containers"];
    if (!containers.at(0).get("image").isString()) return;
    lift(containers.mutableAt(0)["image"], "image", "Container image to run", "string");
  }

  std::vector<std::pair<std::string, std::string>> marks_;
  std::string parameters_;
  bool lifted_ = false;
};

std::string outputKey(const Value& object, std::vector<std::string>& taken) {
  std::string kind = object.get("kind").asString();
  if (!kind.empty() && kind.front() >= 'A' && kind.front() <= 'Z')
    kind.front() = static_cast<char>(kind.front() + 32);
  if (kind.empty()) kind = "object";
  std::string key = kind;
  for (int i = 2; std::ranges::find(taken, key) != taken.end(); ++i) key = kind + std::to_string(i);
  taken.push_back(key);
  return key;
}

}  // namespace

Result<std::string> scaffold(const NewDefinition& what) {
  Parts parts;
  switch (what.kind) {
    case DefinitionKind::Component:
      parts.attributes = workloadAttribute("apps/v1", "Deployment");
      parts.body = R"(output: {
	apiVersion: "apps/v1"
	kind: "Deployment"
	spec: {
		selector: matchLabels: "app.oam.dev/component": context.name
		template: {
			metadata: labels: "app.oam.dev/component": context.name
			spec: containers: [{name: context.name, image: parameter.image}]
		}
	}
}
outputs: {}
)";
      parts.parameter = "{\n// +usage=Container image to run\nimage: string\n}";
      break;
    case DefinitionKind::Trait:
      parts.attributes = R"({appliesToWorkloads: ["deployments.apps"], podDisruptive: false})";
      parts.body = "// +patchStrategy=retainKeys\npatch: spec: replicas: parameter.replicas\n";
      parts.parameter = "{\n// +usage=How many replicas to run\nreplicas: *1 | int\n}";
      break;
    case DefinitionKind::Policy:
      parts.body = R"(output: {
	apiVersion: "v1"
	kind: "ConfigMap"
	metadata: name: context.name
	data: parameter.data
}
)";
      parts.parameter = "{\n// +usage=What to write down\ndata: [string]: string\n}";
      break;
    case DefinitionKind::WorkflowStep:
      parts.imports = "\t\"vela/builtin\"\n";
      parts.body = "msg: builtin.#Message & {$params: message: parameter.message}\n";
      parts.parameter = "{\n// +usage=What the status of the step says\nmessage: string\n}";
      break;
    case DefinitionKind::Workload:
      return fail(ErrorCode::InvalidArgument,
                  "a WorkloadDefinition names a kind and has no template; write a component");
  }
  return written(what, parts);
}

Result<std::string> scaffoldOfObjects(const NewDefinition& what, std::span<const Value> objects) {
  if (objects.empty()) return fail(ErrorCode::InvalidArgument, "there is no object to start from");
  for (const Value& object : objects) {
    if (!object.get("apiVersion").isString() || !object.get("kind").isString()) {
      return fail(ErrorCode::InvalidArgument, "every object needs apiVersion and kind");
    }
  }
  Parts parts;
  ObjectTemplates templates;
  const Value& first = objects.front();
  std::string ownName = first.get("metadata", "name").asString();
  parts.attributes = attributesOf(what, first.get("apiVersion").asString(), first.get("kind").asString());
  bool hasOutput = what.kind == DefinitionKind::Component || what.kind == DefinitionKind::Policy;
  std::vector<std::string> taken;
  std::string outputs;
  for (const Value& object : objects) {
    if (what.kind == DefinitionKind::WorkflowStep) {
      parts.body += outputKey(object, taken) +
                    ": kube.#Apply & {$params: value: " + templates.text(object, ownName) + "}\n";
    } else if (hasOutput && &object == &first) {
      parts.body += "output: " + templates.text(object, ownName) + "\n";
    } else {
      outputs += cueLabel(outputKey(object, taken)) + ": " + templates.text(object, ownName) + "\n";
    }
  }
  if (what.kind == DefinitionKind::WorkflowStep) parts.imports = "\t\"vela/kube\"\n";
  if (!outputs.empty()) parts.body += "outputs: {\n" + outputs + "}\n";
  parts.parameter = templates.parameter();
  return written(what, parts);
}

Result<std::string> scaffoldOfCrd(const NewDefinition& what, const Value& crd) {
  const Value& spec = crd.get("spec");
  const Value* version = nullptr;
  for (const Value& v : spec.get("versions").elements()) {
    if (version == nullptr || v.get("storage").asBool()) version = &v;
  }
  if (crd.get("kind").asString() != "CustomResourceDefinition" || version == nullptr) {
    return fail(ErrorCode::InvalidArgument, "this is no CustomResourceDefinition with versions");
  }
  std::string apiVersion = spec.get("group").asString() + "/" + version->get("name").asString();
  std::string kind = spec.get("names", "kind").asString();
  const Value& fields = version->get("schema", "openAPIV3Schema").get("properties", "spec");
  NewDefinition named = what;
  if (named.description.empty()) {
    named.description = version->get("schema", "openAPIV3Schema", "description").asString();
  }
  Parts parts;
  parts.attributes = attributesOf(what, apiVersion, kind);
  std::string object = "{\n\tapiVersion: " + cueString(apiVersion) + "\n\tkind: " + cueString(kind) +
                       "\n\tmetadata: name: context.name\n\tspec: parameter\n}\n";
  if (what.kind == DefinitionKind::WorkflowStep) {
    parts.imports = "\t\"vela/kube\"\n";
    parts.body = "apply: kube.#Apply & {$params: value: " + object + "}\n";
  } else if (what.kind == DefinitionKind::Trait) {
    parts.body = "outputs: " + cueLabel(toLower(kind)) + ": " + object;
  } else {
    parts.body = "output: " + object;
  }
  parts.parameter = fields.isObject() ? cueOfSchema(fields) : "{...}";
  return written(named, parts);
}

Result<std::string> scaffoldOfValues(const NewDefinition& what, const Value& schema) {
  if (!schema.isObject() || !(schema.has("properties") || schema.has("type"))) {
    return fail(ErrorCode::InvalidArgument, "this is no JSON Schema of a chart's values");
  }
  if (what.kind != DefinitionKind::Component) {
    return fail(ErrorCode::InvalidArgument, "a chart's values make a component");
  }
  NewDefinition named = what;
  if (named.description.empty()) named.description = schema.get("description").asString();
  Parts parts;
  parts.attributes = "{workload: type: \"autodetects.core.oam.dev\"}";
  parts.body = R"(output: {
	apiVersion: "helm.toolkit.fluxcd.io/v2"
	kind: "HelmRelease"
	metadata: name: context.name
	spec: {
		interval: "5m"
		chart: spec: {
			chart: )" +
               cueString(what.name) + R"(
			sourceRef: {kind: "HelmRepository", name: )" +
               cueString(what.name) + R"(}
		}
		values: parameter
	}
}
)";
  parts.parameter = cueOfSchema(schema);
  return written(named, parts);
}

}  // namespace puppis::oam
