// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "data/value.h"

/// The labels and annotations by which delivered objects say whose they are (KubeVela's names).
namespace puppis::deliver {

inline constexpr std::string_view kAppName = "app.oam.dev/name";
inline constexpr std::string_view kAppNamespace = "app.oam.dev/namespace";
inline constexpr std::string_view kAppUid = "app.oam.dev/uid";
inline constexpr std::string_view kComponent = "app.oam.dev/component";
inline constexpr std::string_view kAppRevision = "app.oam.dev/appRevision";
inline constexpr std::string_view kAppRevisionHash = "app.oam.dev/app-revision-hash";
inline constexpr std::string_view kLastApplied = "app.oam.dev/last-applied-configuration";
inline constexpr std::string_view kSharedBy = "app.oam.dev/shared-by";
inline constexpr std::string_view kTraitType = "trait.oam.dev/type";

/// The Application that an object or an inventory belongs to.
struct Owner {
  std::string ns;
  std::string name;
  std::string uid;  ///< of the Application; "" where it is not known

  [[nodiscard]] std::string str() const { return ns + "/" + name; }
  friend bool operator==(const Owner&, const Owner&) = default;
};

/// Whom an object's labels name, or an Owner with an empty name. `uid` is not read.
Owner ownerOf(const data::Value& object);
/// Whether the object's labels name this owner (name and namespace, as KubeVela decides it).
bool ownedBy(const data::Value& object, const Owner& owner);

}  // namespace puppis::deliver
