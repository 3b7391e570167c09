// SPDX-License-Identifier: Apache-2.0
#include "oam/diagnostics.h"

namespace puppis::oam {

Error Diagnostics::combined() const {
  if (errors.size() == 1) return errors.front();
  // What several faults have in common is that the document is wrong; one exhausted budget or defect among
  // them is not.
  Error all(errors.empty() ? ErrorCode::Internal : ErrorCode::InvalidArgument,
            std::to_string(errors.size()) + " faults were found");
  for (const Error& e : errors) all.detail(e);
  return all;
}

void Diagnostics::add(const Error& e) {
  if (e.details().empty()) {
    errors.push_back(e);
    return;
  }
  for (const Error& fault : e.details()) add(fault);
}

}  // namespace puppis::oam
