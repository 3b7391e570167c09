// SPDX-License-Identifier: Apache-2.0
#include "kube/kubeconfig.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace puppis::kube {
namespace {

/// Answers every program with one result, and remembers what it was asked.
class FakeProcesses final : public Processes {
 public:
  Result<ProcessResult> run(const ProcessRequest& request) override {
    asked.push_back(request);
    return result;
  }
  std::vector<ProcessRequest> asked;
  ProcessResult result;
};

constexpr std::string_view kFirst = R"(apiVersion: v1
kind: Config
clusters:
- {name: lab, cluster: {server: "https://127.0.0.1:1/", certificate-authority-data: Y2E=, tls-server-name: kubernetes}}
users:
- {name: admin, user: {client-certificate: admin.crt, client-key-data: a2V5}}
contexts:
- {name: lab, context: {cluster: lab, user: admin, namespace: team}}
current-context: lab
)";
constexpr std::string_view kSecond = R"(clusters:
- {name: lab, cluster: {server: "https://other:1"}}
- {name: far, cluster: {server: "https://far:1", insecure-skip-tls-verify: true, proxy-url: "http://proxy:3128"}}
users:
- {name: token, user: {token: t0k, as: alice, as-groups: [dev]}}
- {name: plugin, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./get-token, args: [a], env: [{name: X, value: "1"}], provideClusterInfo: true}}}
contexts:
- {name: far, context: {cluster: far, user: token}}
- {name: exec, context: {cluster: far, user: plugin}}
- {name: broken, context: {cluster: nowhere, user: token}}
)";

class KubeconfigTest : public testing::Test {
 protected:
  KubeconfigTest() {
    EXPECT_TRUE(files.write("/a/config", kFirst, 0600));
    EXPECT_TRUE(files.write("/a/admin.crt", "certificate", 0600));
    EXPECT_TRUE(files.write("/b/config", kSecond, 0600));
    sources.environment = "/a/config:/missing:/b/config";
  }
  MemoryFiles files;
  KubeconfigSources sources;
};

TEST_F(KubeconfigTest, TheFirstFileWinsAndPathsAreRelativeToIt) {
  auto connection = loadConnection(files, sources);
  ASSERT_TRUE(connection) << connection.error().str();
  EXPECT_EQ(connection->server, "https://127.0.0.1:1");
  EXPECT_EQ(connection->tls.caPem, "ca");
  EXPECT_EQ(connection->tls.certPem, "certificate");
  EXPECT_EQ(connection->tls.keyPem, "key");
  EXPECT_EQ(connection->tls.serverName, "kubernetes");
  EXPECT_EQ(connection->ns, "team");
}

TEST_F(KubeconfigTest, AnotherContextOfAnotherFile) {
  sources.context = "far";
  auto connection = loadConnection(files, sources);
  ASSERT_TRUE(connection) << connection.error().str();
  EXPECT_TRUE(connection->tls.insecure);
  EXPECT_EQ(connection->token, "t0k");
  EXPECT_EQ(connection->impersonateUser, "alice");
  EXPECT_EQ(connection->impersonateGroups, std::vector<std::string>{"dev"});
  EXPECT_EQ(connection->proxyUrl, "http://proxy:3128");
  EXPECT_EQ(connection->ns, "default");
}

TEST_F(KubeconfigTest, WhatIsMissingIsNamed) {
  sources.context = "lub";
  auto connection = loadConnection(files, sources);
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().suggestion(), "lab");
  sources.context = "broken";
  connection = loadConnection(files, sources);
  ASSERT_FALSE(connection);
  EXPECT_NE(connection.error().str().find("nowhere"), std::string::npos);
  EXPECT_FALSE(loadConnection(files, {}));
}

TEST_F(KubeconfigTest, InsideAPodTheServiceAccountIsUsed) {
  const std::string folder = "/var/run/secrets/kubernetes.io/serviceaccount/";
  ASSERT_TRUE(files.write(folder + "ca.crt", "ca", 0600));
  ASSERT_TRUE(files.write(folder + "namespace", "vela-system\n", 0600));
  KubeconfigSources pod;
  pod.serviceHost = "10.0.0.1";
  pod.servicePort = "443";
  auto connection = loadConnection(files, pod);
  ASSERT_TRUE(connection) << connection.error().str();
  EXPECT_EQ(connection->server, "https://10.0.0.1:443");
  EXPECT_EQ(connection->ns, "vela-system");
  EXPECT_EQ(connection->tokenFile, folder + "token");
}

TEST_F(KubeconfigTest, ExecPluginsAreRunAndTheirFailuresSayNoSecret) {
  sources.context = "exec";
  auto connection = loadConnection(files, sources);
  ASSERT_TRUE(connection) << connection.error().str();
  ASSERT_TRUE(connection->exec.has_value());
  FakeProcesses processes;
  processes.result.output =
      R"({"kind":"ExecCredential","status":{"token":"s3cret","expirationTimestamp":"2026-11-24T08:00:00Z"}})";
  auto credential = runExecPlugin(processes, *connection->exec, *connection);
  ASSERT_TRUE(credential) << credential.error().str();
  EXPECT_EQ(credential->token, "s3cret");
  EXPECT_EQ(credential->expires, parseRfc3339("2026-11-24T08:00:00Z"));
  EXPECT_EQ(processes.asked[0].argv, (std::vector<std::string>{"/b/./get-token", "a"}));
  EXPECT_NE(processes.asked[0].extraEnv.back().second.find("https://far:1"), std::string::npos);
  processes.result.output = R"({"token":"s3cret"})";
  credential = runExecPlugin(processes, *connection->exec, *connection);
  ASSERT_FALSE(credential);
  EXPECT_EQ(credential.error().str().find("s3cret"), std::string::npos);
}

TEST(Rfc3339Test, TimesWithFractionsAndOffsets) {
  EXPECT_EQ(parseRfc3339("1970-01-01T00:00:01.5Z"), Nanos(std::chrono::milliseconds(1500)));
  EXPECT_EQ(parseRfc3339("1970-01-01T01:00:00+01:00"), Nanos(0));
  EXPECT_FALSE(parseRfc3339("1970-01-01").has_value());
  EXPECT_FALSE(parseRfc3339("1970-01-01T00:00:00").has_value());
}

}  // namespace
}  // namespace puppis::kube
