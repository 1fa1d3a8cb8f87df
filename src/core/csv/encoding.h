// Bytes -> UTF-8 text: detection, validation and transcoding for the CSV reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct UConverter;

namespace contacts::csv {

struct Usable {
    const char *until;  // up to here the text is well-formed UTF-8 without NUL
    bool bad;           // the byte there is a NUL or begins no well-formed sequence
};
// Checks [begin, end). A sequence that `end` cuts is bad only if the text ends there.
Usable CheckText(const char *begin, const char *end, bool text_ends);

struct Detection {
    std::string encoding;
    std::size_t mark = 0;  // bytes of a byte order mark to skip
    bool guessed = false;  // not UTF-8 and nothing says what else
    bool ascii = false;    // nothing but ASCII, which most encodings share
};
// `sample` is the beginning of a file, `whole` if it is all of it.
Detection DetectEncoding(std::string_view sample, bool whole);

// Is this, a piece from the middle of an ASCII-compatible text, rather UTF-8 with a few bad bytes than
// windows-1252?
bool RatherUtf8(std::string_view piece);

// The encoding that ICU knows by this name, which is ASCII, as the name to show; empty if there is none.
std::string KnownEncoding(const std::string &name);

// Bytes of the source that are no text, or a NUL.
struct BadSpot {
    std::int64_t text_offset;    // of its stand-in in the UTF-8 text: kStandIn, or NUL for NUL
    std::int64_t source_offset;  // of its first byte
    bool nul;
    unsigned char length;
    unsigned char bytes[8];
};
inline constexpr char kStandIn = '\xFF';  // never part of UTF-8

// Any encoding of ICU's -> UTF-8, in pieces of any size.
class Transcoder {
  public:
    // `source_offset` is where in the source the first byte to convert stands.
    Transcoder(const std::string &encoding, std::int64_t source_offset);

    // Appends the text to `out`, whose end has the offset `text_offset`, and what is no text to `spots`.
    void Convert(std::string_view bytes, bool last, std::int64_t text_offset, std::string &out,
                 std::vector<BadSpot> &spots);

  private:
    struct Close {
        void operator()(UConverter *converter) const;
    };
    std::unique_ptr<UConverter, Close> converter_;
    int unit_bytes_;              // 2: UTF-16, 4: UTF-32
    bool counts_from_beginning_;  // of a character that the last call saw the beginning of
    const std::int64_t begin_;
    std::int64_t source_offset_;
    char16_t lead_ = 0;  // first half of a surrogate pair whose second half is still to come
    std::int64_t lead_offset_ = 0;
};

}  // namespace contacts::csv
