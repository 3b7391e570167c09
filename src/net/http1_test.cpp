// SPDX-License-Identifier: Apache-2.0
#include "net/http1.h"

#include <gtest/gtest.h>

namespace puppis::net {
namespace {

std::optional<ServerRequest> parse(Http1Parser& parser, std::string_view bytes) {
  parser.feed(bytes);
  auto next = parser.next();
  EXPECT_TRUE(next) << next.error().str();
  return next ? *next : std::nullopt;
}

TEST(Http1Parser, ReadsARequestHoweverItIsCut) {
  const std::string text =
      "POST /api/v1/x?a=b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nX-Y:  z \r\n\r\nhello";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Http1Parser parser;
    auto first = parse(parser, std::string_view(text).substr(0, cut));
    auto request = first ? first : parse(parser, std::string_view(text).substr(cut));
    ASSERT_TRUE(request) << cut;
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->path, "/api/v1/x");
    EXPECT_EQ(request->query, "a=b");
    EXPECT_EQ(request->body, "hello");
    EXPECT_EQ(*findHeader(request->headers, "x-y"), "z");
  }
}

TEST(Http1Parser, ReadsChunksAndWhatFollows) {
  Http1Parser parser;
  auto request =
      parse(parser,
            "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: "
            "v\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->body, "abcde");
  auto next = parse(parser, "");
  ASSERT_TRUE(next);
  EXPECT_EQ(next->path, "/next");
}

TEST(Http1Parser, RefusesWhatCouldBeReadInTwoWays) {
  for (const char* text : {"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                           "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                           "GET / HTTP/2.0\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n",
                           "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"}) {
    Http1Parser parser;
    parser.feed(text);
    EXPECT_FALSE(parser.next()) << text;
  }
}

TEST(Http1Parser, BodiesHaveALimit) {
  Http1Parser parser({.bodyBytes = 10});
  parser.feed("POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n");
  auto next = parser.next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code(), ErrorCode::TooLarge);
}

}  // namespace
}  // namespace puppis::net
