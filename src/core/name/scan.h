// Text to the words in it: what is a letter, what joins and what separates.
#pragma once

#include <string>
#include <string_view>

namespace contacts::name {

// Texts are read up to here: nobody's name is longer, and a query must not be.
inline constexpr std::size_t kMaxTextBytes = 4096;

struct Part {
    std::string_view word;         // apostrophes and invisible characters are gone; ASCII is in lower case
    bool ascii;                    // all of it
    bool begins_compound;          // after a space, not after a hyphen, a point or a change of script
    std::size_t after_apostrophe;  // offset of what follows the article in d'Artagnan; 0: none
};

// Splits `text` into parts, one a call. A part is letters, marks and digits of one script.
class TextScanner {
  public:
    explicit TextScanner(std::string_view text);
    bool Next(Part &part);

  private:
    bool NextAscii(Part &part);

    std::string_view text_;
    std::size_t at_ = 0;
    bool ascii_;
    bool new_compound_ = true;
    std::string word_;
};

}  // namespace contacts::name
