// SPDX-License-Identifier: Apache-2.0
#include "cli/outside.h"

#include "base/strings.h"
#include "net/http.h"

namespace puppis::cli {

namespace {

/// An Application waits for its rendering, so a slow server is given up soon.
constexpr Nanos kTimeout = std::chrono::seconds(10);
constexpr std::size_t kLargestBody = std::size_t{4} << 20;

}  // namespace

Outside::Outside(kube::Client* client)
    : transport_(net::makeHttpTransport({})),
      client_(client),
      mapper_(client == nullptr ? nullptr : std::make_unique<kube::RestMapper>(*client)) {}

Outside::~Outside() = default;

Result<render::HttpAnswer> Outside::http(const render::HttpQuestion& question) {
  if (!startsWith(question.url, "http://") && !startsWith(question.url, "https://"))
    return fail(ErrorCode::InvalidArgument, question.url + " is no http or https address");
  net::HttpRequest request;
  request.method = question.method;
  request.url = question.url;
  request.headers.assign(question.header.begin(), question.header.end());
  request.body = question.body;
  request.timeout = kTimeout;
  TRY(net::HttpResponse response, transport_->send(request));
  if (response.body.size() > kLargestBody)
    return fail(ErrorCode::TooLarge, "the answer of " + question.url + " is larger than 4 MiB");
  render::HttpAnswer out;
  out.status = response.status;
  out.body = std::move(response.body);
  for (auto& [name, value] : response.headers) out.header[name].push_back(std::move(value));
  return out;
}

Result<kube::ApiResource> Outside::typeOf(const std::string& apiVersion, const std::string& kind) {
  if (client_ == nullptr)
    return fail(ErrorCode::NotSupported,
                "a template reads a " + kind + ", and there is no cluster to read from");
  return mapper_->byKind(kube::Gvk::of(apiVersion, kind));
}

Result<data::Value> Outside::get(const std::string& apiVersion, const std::string& kind,
                                 const std::string& ns, const std::string& name) {
  TRY(auto type, typeOf(apiVersion, kind));
  return client_->get(type.gvr, {type.namespaced ? ns : "", name});
}

Result<std::vector<data::Value>> Outside::list(const std::string& apiVersion, const std::string& kind,
                                               const std::string& ns,
                                               const std::map<std::string, std::string>& labels) {
  TRY(auto type, typeOf(apiVersion, kind));
  kube::ListOptions options;
  for (const auto& [key, value] : labels)
    options.labelSelector += (options.labelSelector.empty() ? "" : ",") + key + "=" + value;
  TRY(kube::List list, kube::listAll(*client_, type.gvr, type.namespaced ? ns : "", options));
  return std::move(list.items);
}

}  // namespace puppis::cli
