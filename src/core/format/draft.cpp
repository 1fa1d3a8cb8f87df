#include "core/format/draft.h"

#include <algorithm>

namespace contacts {

const PartInfo &InfoOf(PartKind kind) {
    static const PartInfo kInfos[kPartKinds] = {
        {"phone", "label", {"number", "entered", "accepts_sms"}},
        {"email", "label", {"address"}},
        {"address",
         "label",
         {"street", "street2", "city", "region", "postal_code", "country", "country_entered"}},
        {"social", "network", {"handle"}},
        {"group", nullptr, {"name"}},
        {"note", nullptr, {"body"}},
    };
    return kInfos[static_cast<std::size_t>(kind)];
}

const char *NameOf(Severity severity) {
    switch (severity) {
        case Severity::kNotice:
            return "notice";
        case Severity::kWarning:
            return "warning";
        case Severity::kError:
            break;
    }
    return "error";
}

void Draft::Add(Issue issue) {
    if (issues.size() < kMaxIssues) {
        issues.push_back(std::move(issue));
        return;
    }
    ++unlisted;
    unlisted_error = unlisted_error || issue.severity == Severity::kError;
}

bool Draft::failed() const {
    return unlisted_error || std::any_of(issues.begin(), issues.end(), [](const Issue &issue) {
               return issue.severity == Severity::kError;
           });
}

}  // namespace contacts
