// Errors as values. The core reports bad input with a Fault inside a Result, never with an exception;
// an Error is thrown only for what no caller can expect (a broken library, a limit).
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace contacts {

// SQLSTATEs the core speaks of (PostgreSQL's appendix A); the boundary hands them to ereport as they are.
namespace sqlstate {
inline constexpr char kInvalidTextRepresentation[] = "22P02";
inline constexpr char kInvalidBinaryRepresentation[] = "22P03";
inline constexpr char kInvalidParameterValue[] = "22023";
inline constexpr char kCharacterNotInRepertoire[] = "22021";
inline constexpr char kBadCopyFileFormat[] = "22P04";
inline constexpr char kProgramLimitExceeded[] = "54000";
inline constexpr char kDataCorrupted[] = "XX001";
inline constexpr char kInternalError[] = "XX000";
}  // namespace sqlstate

// What is wrong with a value: `code` is stable and machine-readable (`phone_too_short`), the rest is for
// people. Messages follow PostgreSQL's style: no capital, no full stop; detail and hint are sentences.
struct Fault {
    const char *code = "";
    std::string message;
    std::string detail;
    std::string hint;
    const char *sqlstate = sqlstate::kInvalidTextRepresentation;
};

// A value or the fault that stands in its place.
template <class T>
class Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Fault fault) : state_(std::in_place_index<1>, std::move(fault)) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }
    const T &value() const & { return std::get<0>(state_); }
    T &&value() && { return std::get<0>(std::move(state_)); }
    const T &operator*() const & { return value(); }
    const T *operator->() const { return &value(); }
    const Fault &fault() const { return std::get<1>(state_); }

  private:
    std::variant<T, Fault> state_;
};

class Error : public std::exception {
  public:
    explicit Error(Fault fault) : fault_(std::move(fault)) {}
    Error(const char *sqlstate, std::string message) {
        fault_.sqlstate = sqlstate;
        fault_.message = std::move(message);
    }
    const char *what() const noexcept override { return fault_.message.c_str(); }
    const Fault &fault() const noexcept { return fault_; }

  private:
    Fault fault_;
};

// A value as it may stand in a message: at most `limit` characters, control and invisible characters
// escaped as \xNN, bytes that are no UTF-8 too, an ellipsis where it was cut.
std::string Quoted(std::string_view value, std::size_t limit = 80);

}  // namespace contacts
