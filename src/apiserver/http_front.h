// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "apiserver/api.h"
#include "apiserver/auth.h"
#include "net/server.h"

namespace puppis::apiserver {

/// What the Accept header asks for.
struct Wanted {
  bool yaml = false;
  bool table = false;
  bool partial = false;        ///< PartialObjectMetadata
  bool partialList = false;    ///< ... of a list
  bool discovery = false;      ///< the aggregated form
  std::string version = "v1";  ///< of meta.k8s.io or apidiscovery.k8s.io
  std::string includeObject = "Metadata";
  bool pretty = false;
  /// Whether an object's own text answers it.
  [[nodiscard]] bool asStored() const { return !yaml && !table && !partial && !pretty; }
};

/// The API on HTTP: paths and queries become calls, answers become JSON, YAML, tables and event streams.
class HttpFront {
 public:
  HttpFront(Api& api, const Authenticator& authenticator, const Authorizer* authorizer)
      : api_(api), authenticator_(authenticator), authorizer_(authorizer) {}

  void handle(net::ServerRequest request, std::shared_ptr<net::Responder> responder);
  /// The same for a caller in process, who is known without being asked.
  void handleAs(User user, net::ServerRequest request, std::shared_ptr<net::Responder> responder);
  /// Shown by discovery: "127.0.0.1:6443".
  void setAddress(std::string address) { address_ = std::move(address); }
  /// Further paths (GET), e.g. "/metrics": text answers.
  void addPage(std::string path, std::function<std::string()> page) {
    pages_[std::move(path)] = std::move(page);
  }
  /// A path (GET) whose answer the download makes itself, unless it returns an Error.
  void addDownload(std::string path, std::function<Status(net::Responder& responder)> download) {
    downloads_[std::move(path)] = std::move(download);
  }

 private:
  struct Exchange;
  void answer(Exchange& x, std::optional<User> known);
  Status route(Exchange& x);
  Status resourceRequest(Exchange& x, std::vector<std::string> parts, const std::string& group,
                         const std::string& version);
  Status serve(Exchange& x, const std::string& verb);
  Status discovery(Exchange& x, const std::vector<std::string>& parts, bool& handled);
  Status openApi(Exchange& x, const std::vector<std::string>& parts, bool& handled);
  static Status pageNotFound(Exchange& x);
  Status authorize(Exchange& x, const std::string& verb);
  Status impersonate(Exchange& x, bool& handled);
  Status serveWatch(Exchange& x);
  Status sendList(Exchange& x, ListAnswer list);
  void sendValue(Exchange& x, int status, const data::Value& value, const std::string& contentType = {});
  void sendObject(Exchange& x, int status, const data::Value& object);
  static net::Headers jsonHeaders(const Exchange& x);
  void sendJson(Exchange& x, int status, std::string body);
  void sendError(Exchange& x, const Error& error);

  Api& api_;
  const Authenticator& authenticator_;
  const Authorizer* authorizer_;
  std::string address_;
  std::map<std::string, std::function<std::string()>> pages_;
  std::map<std::string, std::function<Status(net::Responder&)>> downloads_;

  std::mutex documentsMutex_;
  std::uint64_t documentsGeneration_ = 0;
  std::map<std::string, std::string> documents_;  ///< OpenAPI texts, made once a change of the served kinds
};

}  // namespace puppis::apiserver
