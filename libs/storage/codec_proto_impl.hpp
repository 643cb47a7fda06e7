#pragma once
#include <type_traits>
#include "storage/codec.hpp"

/// The templates behind encode_proto and decode_proto. Only sources that instantiate them include this.
/// Source: the protobuf encoding guide.
namespace storage::wire {
namespace proto {

constexpr int kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5;
/// Nested transactions are the only recursion: two messages a level, 128 levels (etcd's limit of operations).
constexpr int kDepthMax = 272;

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsOptional<std::shared_ptr<T>> : std::true_type {};
template <>
struct IsOptional<Bytes> : std::false_type {};

template <class T>
constexpr bool is_number = std::is_integral_v<T> || std::is_enum_v<T>;

struct CountingSink {
  std::size_t size = 0;
  void byte(unsigned char) { ++size; }
  void bytes(std::string_view text) { size += text.size(); }
};
struct StringSink {
  std::string& out;
  void byte(unsigned char b) { out.push_back(static_cast<char>(b)); }
  void bytes(std::string_view text) { out.append(text); }
};

template <class Sink>
class Writer {
 public:
  explicit Writer(Sink& sink) : sink_(sink) {}

  template <class T>
  void operator()(int number, const char*, const T& value) {
    if constexpr (is_number<T>) {
      if (value != T{}) present(number, value);
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (!value.empty()) present(number, value);
    } else if constexpr (std::is_same_v<T, Bytes>) {
      if (value && !value->empty()) present(number, *value);
    } else if constexpr (IsOptional<T>::value) {
      if (value) present(number, *value);
    } else if constexpr (IsVector<T>::value) {
      repeated(number, value);
    } else {
      present(number, value);
    }
  }
  template <class T>
  void text(int number, const char* name, const T& value) {
    (*this)(number, name, value);
  }

 private:
  template <class Other>
  friend class Writer;
  void varint(std::uint64_t n) {
    for (; n >= 0x80; n >>= 7)
      sink_.byte(static_cast<unsigned char>(n | 0x80));
    sink_.byte(static_cast<unsigned char>(n));
  }
  void tag(int number, int type) {
    varint(static_cast<std::uint64_t>(number) << 3 | static_cast<unsigned>(type));
  }

  template <class T>
  void present(int number, const T& value) {
    if constexpr (is_number<T>) {
      tag(number, kVarint);
      varint(static_cast<std::uint64_t>(static_cast<std::int64_t>(value)));
    } else if constexpr (std::is_same_v<T, std::string>) {
      tag(number, kLengthDelimited);
      varint(value.size());
      sink_.bytes(value);
    } else {
      CountingSink counted;
      Writer<CountingSink> counter(counted);
      T::fields(value, counter);
      tag(number, kLengthDelimited);
      varint(counted.size);
      if constexpr (std::is_same_v<Sink, CountingSink>)  // Or each level would count what is below it twice.
        sink_.size += counted.size;
      else
        T::fields(value, *this);
    }
  }

  template <class T>
  void repeated(int number, const std::vector<T>& values) {
    if constexpr (is_number<T>) {
      if (values.empty()) return;
      tag(number, kLengthDelimited);
      CountingSink counted;
      Writer<CountingSink> counter(counted);
      for (T value : values)
        counter.varint(static_cast<std::uint64_t>(value));
      varint(counted.size);
      for (T value : values)
        varint(static_cast<std::uint64_t>(value));
    } else {
      for (const auto& value : values)
        present(number, value);
    }
  }

  Sink& sink_;
};

/// What is left to read. After a failure it is empty and `failed`.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}
  bool failed = false;
  bool empty() const noexcept { return rest_.empty(); }

  std::uint64_t varint() {
    std::uint64_t n = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto b = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      n |= static_cast<std::uint64_t>(b & 0x7f) << shift;
      if (b < 0x80) return n;
    }
    fail();
    return 0;
  }
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view delimited() { return take(varint()); }
  void skip(int type) {
    if (type == kVarint)
      varint();
    else if (type == kFixed64)
      take(8);
    else if (type == kLengthDelimited)
      delimited();
    else if (type == kFixed32)
      take(4);
    else
      fail();
  }
  void fail() {
    failed = true;
    rest_ = {};
  }

 private:
  std::string_view rest_;
};

template <class M>
void read_message(Input& input, M& message, int depth);

/// Visits all fields for one tag and reads the one it names.
class Reader {
 public:
  Reader(Input& input, int number, int type, int depth)
      : input_(input), number_(number), type_(type), depth_(depth) {}
  bool found = false;

  template <class T>
  void operator()(int number, const char*, T& value) {
    if (number != number_ || found) return;
    found = true;
    read(value);
  }
  template <class T>
  void text(int number, const char* name, T& value) {
    (*this)(number, name, value);
  }

 private:
  template <class T>
  void read(T& value) {
    if constexpr (IsOptional<T>::value) {
      using Inner = std::remove_reference_t<decltype(*value)>;
      if (!value) value = make<T, Inner>();
      read(*value);
    } else if constexpr (IsVector<T>::value) {
      repeated(value);
    } else if constexpr (is_number<T>) {
      if (type_ != kVarint) return input_.fail();
      value = static_cast<T>(input_.varint());
    } else {
      if (type_ != kLengthDelimited) return input_.fail();
      const auto bytes = input_.delimited();
      if constexpr (std::is_same_v<T, std::string>)
        value.assign(bytes);
      else if constexpr (std::is_same_v<T, Bytes>)
        value = std::make_shared<const std::string>(bytes);
      else
        nested(bytes, value);
    }
  }
  template <class T, class Inner>
  static T make() {
    if constexpr (std::is_same_v<T, std::shared_ptr<Inner>>)
      return std::make_shared<Inner>();
    else
      return T(std::in_place);
  }
  template <class T>
  void repeated(std::vector<T>& values) {
    if constexpr (is_number<T>) {
      if (type_ == kLengthDelimited) {
        Input packed(input_.delimited());
        while (!packed.empty())
          values.push_back(static_cast<T>(packed.varint()));
        if (packed.failed) input_.fail();
        return;
      }
    }
    read(values.emplace_back());
  }
  template <class M>
  void nested(std::string_view bytes, M& message) {
    Input inner(bytes);
    read_message(inner, message, depth_ + 1);
    if (inner.failed) input_.fail();
  }

  Input& input_;
  int number_, type_, depth_;
};

template <class M>
void read_message(Input& input, M& message, int depth) {
  if (depth > kDepthMax) return input.fail();
  while (!input.empty()) {
    const auto tag = input.varint();
    if (input.failed) return;
    const int type = static_cast<int>(tag & 7);
    const auto number = tag >> 3;
    if (number == 0 || number > 0x1fffffff) return input.fail();
    Reader reader(input, static_cast<int>(number), type, depth);
    M::fields(message, reader);
    if (!reader.found) input.skip(type);
  }
}

}  // namespace proto

template <class M>
std::string encode_proto(const M& message) {
  proto::CountingSink counted;
  proto::Writer<proto::CountingSink> counter(counted);
  M::fields(message, counter);
  std::string out;
  out.reserve(counted.size);
  proto::StringSink sink{out};
  proto::Writer<proto::StringSink> writer(sink);
  M::fields(message, writer);
  return out;
}

template <class M>
base::Result<M> decode_proto(std::string_view bytes) {
  M message;
  proto::Input input(bytes);
  proto::read_message(input, message, 0);
  if (input.failed) return base::Error(base::Errc::invalid_argument, "malformed protobuf message");
  return message;
}

}  // namespace storage::wire
