// SPDX-License-Identifier: Apache-2.0
#include "net/gzip.h"

#include <random>

#include <gtest/gtest.h>
#include <zlib.h>

namespace puppis::net {
namespace {

std::string inflated(const std::string& bytes) {
  z_stream stream{};
  constexpr int kGzipOnly = 15 + 16;
  EXPECT_EQ(inflateInit2(&stream, kGzipOnly), Z_OK);
  std::string in = bytes, out, room(1 << 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  int code = Z_OK;
  while (code == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(room.data());
    stream.avail_out = static_cast<uInt>(room.size());
    code = inflate(&stream, Z_NO_FLUSH);
    out.append(room, 0, room.size() - stream.avail_out);
  }
  EXPECT_EQ(code, Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0U);
  inflateEnd(&stream);
  return out;
}

TEST(Gzip, AnotherLibraryReadsWhatWasAddedInAnyPieces) {
  std::mt19937 random(7);
  for (std::size_t size : {0U, 1U, 100U, 65'536U, 3'000'000U}) {
    std::string text;
    while (text.size() < size) text += "\"key-" + std::to_string(random() % 1000) + "\":";
    text.resize(size);
    Gzip gzip;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t piece = std::min<std::size_t>(1 + random() % 200'000, text.size() - at);
      gzip.add(std::string_view(text).substr(at, piece));
      at += piece;
    }
    std::string packed = gzip.finish();
    EXPECT_EQ(inflated(packed), text);
    if (size > 1000) {
      EXPECT_LT(packed.size(), size / 2);
    }
  }
}

TEST(Gzip, WhatDoesNotCompressStillArrives) {
  std::mt19937 random(7);
  std::string noise(500'000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  Gzip gzip;
  gzip.add(noise);
  EXPECT_EQ(inflated(gzip.finish()), noise);
}

}  // namespace
}  // namespace puppis::net
