#include "core/phone/find.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include <phonenumbers/phonenumbermatch.h>
#include <phonenumbers/phonenumbermatcher.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "core/phone/clean.h"
#include "core/phone/library.h"
#include "core/phone/parse.h"

namespace contacts {
namespace {

using Matcher = library::PhoneNumberMatcher;
using Util = library::PhoneNumberUtil;

// The matcher gets pieces of this size, so that a long text can be interrupted.
constexpr std::size_t kPiece = 16 * 1024;

// Length of the first piece of `text`: to the end of a line, which no number crosses, or between two letters.
std::size_t PieceLength(std::string_view text) {
    if (text.size() <= kPiece) return text.size();
    if (const std::size_t line = text.rfind('\n', kPiece - 1); line != std::string_view::npos)
        return line + 1;
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(text.data());
    auto end = static_cast<std::int32_t>(kPiece);
    U8_SET_CP_START(bytes, 0, end);
    const auto hard_end = static_cast<std::size_t>(end);
    for (bool letter_after = false; end > 0;) {
        std::int32_t i = end;
        UChar32 c;
        U8_PREV(bytes, 0, i, c);
        const bool letter = u_isalpha(c);
        if (letter && letter_after) return static_cast<std::size_t>(end);
        letter_after = letter;
        end = i;
    }
    return hard_end;
}

struct Span {
    std::size_t begin, end;  // in the cleaned text
    Phone number;
};

bool HasPlus(std::string_view text) {
    return text.find('+') != std::string_view::npos || text.find("\uFF0B") != std::string_view::npos;
}

void FindIn(const std::string &piece, const std::string &region, Matcher::Leniency leniency,
            std::vector<Span> &found) {
    const std::size_t others = found.size();
    Matcher matcher(Library(), piece, region, leniency, std::numeric_limits<int>::max());
    library::PhoneNumberMatch match;
    while (matcher.HasNext()) {
        matcher.Next(&match);
        const auto begin = static_cast<std::size_t>(match.start());
        const std::size_t end = begin + match.raw_string().size();
        if (leniency == Matcher::POSSIBLE) {
            if (!HasPlus(match.raw_string()) ||
                Library().IsPossibleNumberWithReason(match.number()) != Util::IS_POSSIBLE)
                continue;
            if (std::any_of(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(others),
                            [&](const Span &span) { return begin < span.end && span.begin < end; }))
                continue;
        }
        if (const auto phone = FromLibrary(match.number())) found.push_back({begin, end, *phone});
    }
}

std::size_t CharacterCount(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

Result<std::vector<FoundPhone>> FindPhones(std::string_view text, std::string_view region,
                                           const std::function<void()> &poll) {
    const auto known = LibraryRegion(region);
    if (!known) return *CheckPhoneRegion(region);

    std::vector<FoundPhone> result;
    std::size_t counted = 0, characters = 0;  // characters of text in front of the byte `counted`
    for (std::size_t from = 0; from < text.size();) {
        poll();
        const std::string_view source = text.substr(from, PieceLength(text.substr(from)));
        std::vector<std::size_t> offsets;
        const auto clean = CleanPhoneText(source, &offsets);
        if (!clean)
            return Fault{.code = "text_encoding",
                         .message = "the text is not UTF-8",
                         .detail = {},
                         .hint = {},
                         .sqlstate = sqlstate::kCharacterNotInRepertoire};
        std::vector<Span> found;
        FindIn(*clean, *known, Matcher::VALID, found);
        if (HasPlus(*clean)) FindIn(*clean, *known, Matcher::POSSIBLE, found);
        std::sort(found.begin(), found.end(), [](const Span &a, const Span &b) { return a.begin < b.begin; });
        for (const Span &span : found) {
            const std::size_t begin = offsets[span.begin];
            const std::size_t end = offsets[span.end - 1] + 1;
            characters += CharacterCount(text.substr(counted, from + begin - counted));
            counted = from + begin;
            result.push_back({span.number, std::string(source.substr(begin, end - begin)), characters + 1});
        }
        from += source.size();
    }
    return result;
}

}  // namespace contacts
