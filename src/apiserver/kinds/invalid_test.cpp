// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <gtest/gtest.h>

#include "apiserver/kind.h"
#include "apiserver/kinds/testing.h"
#include "base/strings.h"

namespace puppis::apiserver::kinds {
namespace {

using data::Value;

/// One a line, each once: Kubernetes says some twice, and walks maps in no order.
std::string joined(std::vector<std::string> parts) {
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  return join(parts, "\n");
}

/// The message of a Status without the words that name the object, one fault a line.
std::string sentence(const Value& answer) {
  const std::string& text = answer.get("message").asString();
  if (answer.get("code").asInt() == 400) {
    std::size_t at = text.find(" cannot be handled as a ");
    return at == std::string::npos ? text : text.substr(text.find(": ", at) + 2);
  }
  std::vector<std::string> parts;
  for (const auto& cause : answer.get("details", "causes").elements()) {
    parts.push_back(cause.get("field").asString() + ": " + cause.get("message").asString());
  }
  return joined(std::move(parts));
}

std::string sentence(const Error& error) {
  if (error.details().empty()) return error.message();
  std::vector<std::string> parts;
  for (const auto& detail : error.details()) parts.push_back(detail.message());
  return joined(std::move(parts));
}

/// The uid that a server chose, wherever a message shows it.
std::string withoutUids(std::string text) {
  for (std::size_t at = text.find("controller-uid\":\""); at != std::string::npos;
       at = text.find("controller-uid\":\"", at + 20)) {
    std::size_t end = text.find('"', at + 17);
    text.replace(at + 17, end - at - 17, "?");
  }
  return text;
}

TEST(BuiltinKinds, RefuseWhatKubernetesRefusesInItsWords) {
  testing::Kinds kinds;
  Value cases = testing::readCases("invalid.json", PUPPIS_SOURCE_DIR);
  ASSERT_GT(cases.size(), 200U);
  Value metadata = Value::object(
      {{"uid", "11111111-2222-4333-8444-555555555555"}, {"creationTimestamp", "2026-01-01T00:00:00Z"}});
  std::size_t index = 0;
  for (const auto& entry : cases.elements()) {
    const Value& request = entry.get("request");
    const KindInfo* kind = kinds.of(request);
    ASSERT_NE(kind, nullptr);
    SCOPED_TRACE("case " + std::to_string(index++) + " " + kind->kind);
    auto code = entry.get("code").asInt();
    if (code == 403 || code == 409) continue;  // what other objects there are
    metadata.erase("namespace");
    if (kind->namespaced) metadata.set("namespace", "default");
    auto made = kinds.create(*kind, request, metadata);
    if (code == 201) {
      EXPECT_TRUE(made.has_value()) << sentence(made.error());
    } else if (made) {
      ADD_FAILURE() << "accepted, but should be: " << sentence(entry.get("response"));
    } else {
      EXPECT_EQ(withoutUids(sentence(made.error())), withoutUids(sentence(entry.get("response"))));
    }
  }
}

TEST(BuiltinKinds, UpdateAsKubernetesUpdates) {
  testing::Kinds kinds;
  Value cases = testing::readCases("update.json", PUPPIS_SOURCE_DIR);
  ASSERT_GT(cases.size(), 40U);
  std::size_t index = 0;
  for (const auto& entry : cases.elements()) {
    const Value& request = entry.get("request");
    const KindInfo* kind = kinds.of(request);
    ASSERT_NE(kind, nullptr);
    SCOPED_TRACE("case " + std::to_string(index++) + " " + kind->kind);
    auto made = kinds.update(*kind, request, entry.get("old"), entry.get("subresource").asString());
    if (entry.get("code").asInt() != 200) {
      if (made) {
        ADD_FAILURE() << "accepted, but should be: " << sentence(entry.get("response"));
        continue;
      }
      std::string want = sentence(entry.get("response"));
      std::string got = sentence(made.error());
      // what follows is a Go structure, or a difference of two
      std::size_t cut = std::min(want.find("\n@@"), want.find("{\"Spec\""));
      if (cut != std::string::npos) {
        want.resize(cut);
        got.resize(std::min(got.size(), cut));
      }
      EXPECT_EQ(trim(got), trim(want));
      continue;
    }
    ASSERT_TRUE(made.has_value()) << sentence(made.error());
    EXPECT_EQ(data::Value(made->get("spec")).get("type"), entry.get("response").get("spec", "type"));
    EXPECT_EQ(made->get("spec", "clusterIP"), entry.get("response").get("spec", "clusterIP"));
    EXPECT_EQ(made->get("spec", "externalTrafficPolicy"),
              entry.get("response").get("spec", "externalTrafficPolicy"));
    EXPECT_EQ(made->get("spec", "replicas"), entry.get("response").get("spec", "replicas"));
    EXPECT_EQ(made->get("status", "readyReplicas"), entry.get("response").get("status", "readyReplicas"));
  }
}

}  // namespace
}  // namespace puppis::apiserver::kinds
