// SPDX-License-Identifier: Apache-2.0
#include "kube/kubeconfig.h"

#include <charconv>
#include <map>

#include "base/strings.h"
#include "data/json.h"
#include "data/yaml.h"

namespace puppis::kube {

using data::Value;

namespace {

constexpr std::string_view kServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount/";

/// One file's entries, with the folder that relative paths in it start from.
struct Entry {
  Value body;
  std::string folder;
  std::string file;
};

/// What several kubeconfig files say together.
struct Merged {
  std::map<std::string, Entry> clusters;
  std::map<std::string, Entry> users;
  std::map<std::string, Entry> contexts;
  std::string currentContext;
  bool any = false;
};

std::string folderOf(const std::string& path) {
  auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
}

void mergeNamed(std::map<std::string, Entry>& into, const Value& list, const char* field,
                const std::string& path) {
  for (const auto& element : list.elements()) {
    into.try_emplace(element.get("name").asString(), Entry{element.get(field), folderOf(path), path});
  }
}

Status mergeFile(Files& files, const std::string& path, Merged& merged) {
  TRY(std::string text, files.read(path));
  TRY(auto documents, data::parseYaml(SourceFile::make(path, std::move(text))));
  for (const auto& document : documents) {
    merged.any = true;
    mergeNamed(merged.clusters, document.get("clusters"), "cluster", path);
    mergeNamed(merged.users, document.get("users"), "user", path);
    mergeNamed(merged.contexts, document.get("contexts"), "context", path);
    if (merged.currentContext.empty()) merged.currentContext = document.get("current-context").asString();
  }
  return {};
}

Result<Merged> mergeAll(Files& files, const KubeconfigSources& sources) {
  Merged merged;
  if (!sources.explicitPath.empty()) {
    TRY_VOID(mergeFile(files, sources.explicitPath, merged));
    return merged;
  }
  std::vector<std::string> paths;
  if (!sources.environment.empty()) {
    paths = split(sources.environment, ':');
  } else if (!sources.home.empty()) {
    paths = {sources.home + "/.kube/config"};
  }
  for (const auto& path : paths) {
    if (path.empty() || !files.exists(path)) continue;  // kubectl too skips what is not there
    TRY_VOID(mergeFile(files, path, merged));
  }
  return merged;
}

/// "FIELD-data" in base64, or the content of the file that "FIELD" names; empty when neither is there.
Result<std::string> blob(Files& files, const Entry& entry, const std::string& field) {
  const std::string& encoded = entry.body.get(field + "-data").asString();
  if (!encoded.empty()) {
    auto decoded = base64Decode(encoded);
    if (!decoded) return fail(ErrorCode::InvalidArgument, entry.file + ": " + field + "-data is not base64");
    return *decoded;
  }
  std::string path = entry.body.get(field).asString();
  if (path.empty()) return std::string();
  if (path.front() != '/') path = entry.folder + path;
  return files.read(path);
}

Status readCluster(Files& files, const Entry& entry, ConnectionConfig& out) {
  out.server = entry.body.get("server").asString();
  if (out.server.empty()) return fail(ErrorCode::InvalidArgument, entry.file + ": the cluster has no server");
  while (endsWith(out.server, "/")) out.server.pop_back();
  out.tls.insecure = entry.body.get("insecure-skip-tls-verify").asBool();
  out.tls.serverName = entry.body.get("tls-server-name").asString();
  out.proxyUrl = entry.body.get("proxy-url").asString();
  TRY(out.tls.caPem, blob(files, entry, "certificate-authority"));
  return {};
}

ExecPlugin readExec(const Value& exec, const std::string& folder) {
  ExecPlugin out;
  out.apiVersion = exec.get("apiVersion").asString();
  out.command = exec.get("command").asString();
  // A path with a slash is relative to the kubeconfig, a bare name is looked up in PATH.
  if (out.command.find('/') != std::string::npos && out.command.front() != '/')
    out.command = folder + out.command;
  for (const auto& arg : exec.get("args").elements()) out.args.push_back(arg.asString());
  for (const auto& e : exec.get("env").elements()) {
    out.env.emplace_back(e.get("name").asString(), e.get("value").asString());
  }
  out.installHint = exec.get("installHint").asString();
  out.provideClusterInfo = exec.get("provideClusterInfo").asBool();
  return out;
}

Status readUser(Files& files, const Entry& entry, ConnectionConfig& out) {
  const Value& user = entry.body;
  TRY(out.tls.certPem, blob(files, entry, "client-certificate"));
  TRY(out.tls.keyPem, blob(files, entry, "client-key"));
  out.token = user.get("token").asString();
  out.tokenFile = user.get("tokenFile").asString();
  if (!out.tokenFile.empty() && out.tokenFile.front() != '/') out.tokenFile = entry.folder + out.tokenFile;
  out.username = user.get("username").asString();
  out.password = user.get("password").asString();
  out.impersonateUser = user.get("as").asString();
  for (const auto& group : user.get("as-groups").elements())
    out.impersonateGroups.push_back(group.asString());
  if (user.has("exec")) out.exec = readExec(user.get("exec"), entry.folder);
  if (user.has("auth-provider")) {
    return fail(Error(ErrorCode::NotSupported, entry.file + ": auth-provider was removed from Kubernetes")
                    .expected("an exec plugin"));
  }
  return {};
}

Result<const Entry*> named(const std::map<std::string, Entry>& entries, const std::string& name,
                           const char* what) {
  auto it = entries.find(name);
  if (it != entries.end()) return &it->second;
  Error missing(ErrorCode::NotFound, std::string("the kubeconfig has no ") + what + " \"" + name + "\"");
  std::vector<std::string> names;
  for (const auto& [key, entry] : entries) names.push_back(key);
  if (auto near = nearest(name, names)) missing.suggest(*near);
  return fail(missing);
}

Result<ConnectionConfig> inCluster(Files& files, const KubeconfigSources& sources) {
  ConnectionConfig out;
  const std::string folder(kServiceAccount);
  bool v6 = sources.serviceHost.find(':') != std::string::npos;
  std::string host = v6 ? "[" + sources.serviceHost + "]" : sources.serviceHost;
  out.server = "https://" + host + ":" + (sources.servicePort.empty() ? "443" : sources.servicePort);
  out.tokenFile = folder + "token";
  TRY(out.tls.caPem, files.read(folder + "ca.crt"));
  if (auto ns = files.read(folder + "namespace")) out.ns = trim(*ns);
  out.context = "in-cluster";
  return out;
}

}  // namespace

Result<ConnectionConfig> loadConnection(Files& files, const KubeconfigSources& sources) {
  TRY(Merged merged, mergeAll(files, sources));
  std::string chosen = sources.context.empty() ? merged.currentContext : sources.context;
  if (!merged.any && !sources.serviceHost.empty()) return inCluster(files, sources);
  if (!merged.any) {
    return fail(Error(ErrorCode::NotFound, "no cluster is configured")
                    .expected("a kubeconfig named by --kubeconfig or KUBECONFIG, or at ~/.kube/config"));
  }
  if (chosen.empty()) {
    return fail(
        Error(ErrorCode::NotFound, "the kubeconfig has no current-context").expected("--context NAME"));
  }
  ConnectionConfig out;
  out.context = chosen;
  TRY(const Entry* context, named(merged.contexts, chosen, "context"));
  TRY(const Entry* cluster, named(merged.clusters, context->body.get("cluster").asString(), "cluster"));
  TRY_VOID(readCluster(files, *cluster, out));
  const std::string& user = context->body.get("user").asString();
  if (!user.empty()) {
    TRY(const Entry* entry, named(merged.users, user, "user"));
    TRY_VOID(readUser(files, *entry, out));
  }
  if (const auto& ns = context->body.get("namespace").asString(); !ns.empty()) out.ns = ns;
  return out;
}

Result<ExecCredential> runExecPlugin(Processes& processes, const ExecPlugin& plugin,
                                     const ConnectionConfig& cluster) {
  Value spec = Value::object({{"interactive", false}});
  if (plugin.provideClusterInfo) {
    Value info = Value::object({{"server", cluster.server}});
    if (!cluster.tls.caPem.empty()) info.set("certificate-authority-data", base64Encode(cluster.tls.caPem));
    if (!cluster.tls.serverName.empty()) info.set("tls-server-name", cluster.tls.serverName);
    if (cluster.tls.insecure) info.set("insecure-skip-tls-verify", true);
    spec.set("cluster", std::move(info));
  }
  ProcessRequest request;
  request.argv.push_back(plugin.command);
  request.argv.insert(request.argv.end(), plugin.args.begin(), plugin.args.end());
  request.extraEnv = plugin.env;
  request.extraEnv.emplace_back(
      "KUBERNETES_EXEC_INFO",
      data::toJson(Value::object(
          {{"kind", "ExecCredential"}, {"apiVersion", plugin.apiVersion}, {"spec", std::move(spec)}})));
  auto result = processes.run(request);
  if (!result) {
    Error error = result.error();
    if (!plugin.installHint.empty()) error.context(plugin.installHint);
    return fail(error.context("getting credentials from " + plugin.command));
  }
  if (result->exitCode != 0) {
    return fail(ErrorCode::Unauthorized, plugin.command + " exited with " + std::to_string(result->exitCode) +
                                             ": " + std::string(trim(result->errors)));
  }
  auto answer = data::parseJson(result->output);
  if (!answer || answer->get("kind").asString() != "ExecCredential") {
    return fail(Error(ErrorCode::Unauthorized, plugin.command + " did not print an ExecCredential"));
  }
  const Value& status = answer->get("status");
  ExecCredential out;
  out.token = status.get("token").asString();
  out.certPem = status.get("clientCertificateData").asString();
  out.keyPem = status.get("clientKeyData").asString();
  out.expires = parseRfc3339(status.get("expirationTimestamp").asString());
  return out;
}

std::optional<Nanos> parseRfc3339(std::string_view text) {
  auto number = [&](std::size_t at, std::size_t length) -> std::optional<int> {
    int out = 0;
    if (at + length > text.size()) return std::nullopt;
    auto [end, error] = std::from_chars(text.data() + at, text.data() + at + length, out);
    if (error != std::errc() || end != text.data() + at + length) return std::nullopt;
    return out;
  };
  auto year = number(0, 4), month = number(5, 2), day = number(8, 2);
  auto hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  namespace c = std::chrono;
  c::sys_days date =
      c::year(*year) / c::month(static_cast<unsigned>(*month)) / c::day(static_cast<unsigned>(*day));
  Nanos out = date.time_since_epoch() + c::hours(*hour) + c::minutes(*minute) + c::seconds(*second);
  std::size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    std::int64_t scale = 100'000'000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
      out += Nanos((text[at] - '0') * scale);
    }
  }
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    auto hours = number(at + 1, 2), minutes = number(at + 4, 2);
    if (!hours || !minutes) return std::nullopt;
    auto offset = c::hours(*hours) + c::minutes(*minutes);
    return text[at] == '+' ? out - offset : out + offset;
  }
  if (at + 1 != text.size() || (text[at] != 'Z' && text[at] != 'z')) return std::nullopt;
  return out;
}

}  // namespace puppis::kube
