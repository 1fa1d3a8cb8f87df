// Profiles of import_profile, read and checked.
#pragma once

#include "pg/import.h"

#include "core/format/profile.h"

namespace contacts::pg {

struct StoredProfile {
    const Profile *profile = nullptr;
    ImportOptions options;
};

// The profile of this name in the directory of this (quoted) schema; null if there is none.
std::shared_ptr<const StoredProfile> FindProfile(const std::string &schema, const std::string &name);

}  // namespace contacts::pg
