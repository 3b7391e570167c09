// SPDX-License-Identifier: Apache-2.0
#include "deliver/labels.h"

#include "kube/object.h"

namespace puppis::deliver {

Owner ownerOf(const data::Value& object) {
  return {kube::label(object, kAppNamespace).value_or(""), kube::label(object, kAppName).value_or(""), ""};
}

bool ownedBy(const data::Value& object, const Owner& owner) {
  Owner found = ownerOf(object);
  return found.name == owner.name && found.ns == owner.ns;
}

}  // namespace puppis::deliver
