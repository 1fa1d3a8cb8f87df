// A mapping of one's own: which header of a file goes to which field, on top of a format.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/format/draft.h"
#include "core/format/format.h"

namespace contacts {

struct ProfileColumn {
    std::string header;
    std::string field;  // as NameOf(Target) calls it; empty: the column is ignored
    std::string label;  // of the part, the network, or the key in custom
};

struct ProfileDefinition {
    std::string name;
    std::string format;  // the one it begins with
    std::string source;  // of contact.source; empty: that of the format
    std::vector<ProfileColumn> columns;
    std::vector<std::pair<std::string, std::string>> defaults;  // field (or custom.KEY) and its value
};

// A definition made ready. Its format has the definition's name and columns.
struct Profile {
    std::deque<std::string> texts;  // what the format's pointers point to
    Format format;
    Draft defaults;
    std::vector<std::pair<std::string, std::string>> default_custom;
};

// The fields that a column of a profile may name, for messages.
std::string ProfileFieldNames();

// Profiles are kept as long as the process lives, one for each definition, since mappings of headers are kept
// by format. Fault profile_invalid with what is wrong.
Result<const Profile *> MakeProfile(const ProfileDefinition &definition);

}  // namespace contacts
