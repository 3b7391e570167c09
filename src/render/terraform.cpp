// SPDX-License-Identifier: Apache-2.0
#include "render/terraform.h"

namespace puppis::render {

namespace {

using data::Value;

/// Properties that set the Configuration itself; they are no variables of the module.
constexpr std::string_view kControls[] = {"writeConnectionSecretToRef", "customRegion", "providerRef",
                                          "forceDelete", "gitCredentialsSecretReference"};
/// Fields of the Configuration that properties may set as well, and that stay variables too.
constexpr std::string_view kAlsoFields[] = {"backend",
                                            "JobEnv",
                                            "inlineCredentials",
                                            "deleteResource",
                                            "gitRef",
                                            "terraformCredentialsSecretReference",
                                            "terraformRCConfigMapReference",
                                            "terraformCredentialsHelperConfigMapReference"};

template <std::size_t N>
bool oneOf(std::string_view key, const std::string_view (&list)[N]) {
  for (std::string_view item : list) {
    if (item == key) return true;
  }
  return false;
}

}  // namespace

Result<Value> terraformConfiguration(const oam::Definition& definition, const std::string& name,
                                     const std::string& namespaceName, const Value& properties) {
  const Value& module = definition.schematicBody;
  const std::string& text = module.get("configuration").asString();
  if (text.empty())
    return fail(ErrorCode::InvalidArgument, definition.title() + " has no Terraform configuration");
  Value spec = Value::object();
  Value variables = Value::object();
  for (const data::Member& m : properties.members()) {
    if (oneOf(m.key.str(), kControls) || oneOf(m.key.str(), kAlsoFields)) spec.set(m.key.str(), m.value);
    if (!oneOf(m.key.str(), kControls)) variables.set(m.key.str(), m.value);
  }
  for (const char* key : {"writeConnectionSecretToRef", "providerRef", "gitCredentialsSecretReference"}) {
    if (!spec.has(key) && module.has(key)) spec.set(key, module.get(key));
  }
  for (const char* key : {"deleteResource", "customRegion"}) {
    if (!spec.has(key) && module.has(key)) spec.set(key, module.get(key));
  }
  if (Value* secret = spec.mutableFind("writeConnectionSecretToRef");
      secret != nullptr && secret->isObject()) {
    if (secret->get("namespace").asString().empty()) secret->set("namespace", namespaceName);
  }
  const std::string& type = module.get("type").asString();
  if (type == "remote") {
    spec.set("remote", text);
    if (!module.get("path").asString().empty()) spec.set("path", module.get("path"));
  } else {
    spec.set("hcl", text);
  }
  spec.set("variable", std::move(variables));
  Value annotations = Value::object();
  for (const auto& [key, value] : definition.annotations) annotations.append(data::Key(key), value);
  Value metadata = Value::object({{"name", name}, {"namespace", namespaceName}});
  if (!annotations.empty()) metadata.set("annotations", std::move(annotations));
  return Value::object({{"apiVersion", "terraform.core.oam.dev/v1beta2"},
                        {"kind", "Configuration"},
                        {"metadata", std::move(metadata)},
                        {"spec", std::move(spec)}});
}

}  // namespace puppis::render
