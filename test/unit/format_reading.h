// What the tests of the formats read records with.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/format/format.h"
#include "core/format/mapping.h"
#include "core/format/validate.h"

namespace contacts::test {

using Cells = std::vector<std::string>;

inline const Format &Named(const char *name) {
    return *FindFormat(name);
}

inline std::string ViewHeader(const char *name) {
    std::string out;
    for (const std::string &header : MapView(Named(name)).header) out += (out.empty() ? "" : ",") + header;
    return out;
}

inline Cells Header(std::string_view line) {
    Cells out;
    for (const std::string_view cell : Split(line, ',')) out.emplace_back(cell);
    return out;
}

inline std::string DetectedFormat(std::string_view line) {
    const Result<HeaderMatch> match = FindHeader(nullptr, {Header(line)});
    return match ? match->mapping.format->name : match.fault().code;
}

// What a record of the format means.
struct Read {
    Mapping mapping;
    Rules rules;
    Draft draft;

    const Issue *Find(std::string_view code) const {
        for (const Issue &issue : draft.issues)
            if (issue.code == code) return &issue;
        return nullptr;
    }
    std::set<std::string> codes(Severity severity = Severity::kError) const {
        std::set<std::string> out;
        for (const Issue &issue : draft.issues)
            if (issue.severity == severity) out.insert(issue.code);
        return out;
    }
    const PartChange *Part(PartKind kind, std::string_view label) const {
        for (const PartChange &change : draft.parts)
            if (change.kind == kind && mapping.slots[static_cast<std::size_t>(change.slot)].label == label)
                return &change;
        return nullptr;
    }
};

inline Read ReadRecord(const char *format, std::string_view header, Cells cells, Rules rules = {}) {
    Read read{MapHeader(Named(format), Header(header)).value(), rules, {}};
    read.draft.cells = std::move(cells);
    Validator(read.mapping, read.rules).Validate(read.draft);
    return read;
}

}  // namespace contacts::test
