#pragma once

// Values that copies share until one of them changes: a copy costs a pointer, and the first change
// after it copies the value, once. So a state that is handed out at every change is as cheap as
// what changed. What a copy shows never changes under its reader.
//
// As thread-safe as any value: read and copied by many, changed by one alone.

#include <atomic>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace fermata {

template <class T>
class Shared {
 public:
  Shared() = default;
  Shared(T value) : value_(std::make_shared<T>(std::move(value))), own_(true) {}
  Shared(const Shared& other) : value_(other.share()) {}
  Shared(Shared&& other) noexcept
      : value_(std::move(other.value_)), own_(other.own_.exchange(false)) {}
  Shared& operator=(const Shared& other) {
    if (this != &other) *this = Shared(other);
    return *this;
  }
  Shared& operator=(Shared&& other) noexcept {
    value_ = std::move(other.value_);
    own_ = other.own_.exchange(false);
    return *this;
  }
  ~Shared() = default;

  const T& get() const {
    static const T kNone{};
    return value_ ? *value_ : kNone;
  }
  const T& operator*() const { return get(); }
  const T* operator->() const { return &get(); }
  T& edit() {
    if (!own_) {
      value_ = std::make_shared<T>(get());
      own_ = true;
    }
    return *value_;
  }
  // Whether both are the very same value, so that neither has changed since one was copied.
  bool same(const Shared& other) const { return value_ == other.value_; }
  friend bool operator==(const Shared& a, const Shared& b) { return a.same(b) || *a == *b; }

 private:
  const std::shared_ptr<T>& share() const {
    if (own_) own_ = false;
    return value_;
  }
  std::shared_ptr<T> value_;               // None: as T begins.
  mutable std::atomic<bool> own_ = false;  // Nobody else has it.
};

// A map to be read as one; operator[], erase() and edit() change it.
template <class Key, class Value>
class SharedMap : public Shared<std::map<Key, Value>> {
 public:
  using Map = std::map<Key, Value>;
  using Shared<Map>::Shared;
  auto begin() const { return this->get().begin(); }
  auto end() const { return this->get().end(); }
  auto find(const Key& key) const { return this->get().find(key); }
  const Value& at(const Key& key) const { return this->get().at(key); }
  bool contains(const Key& key) const { return this->get().contains(key); }
  std::size_t size() const { return this->get().size(); }
  bool empty() const { return this->get().empty(); }
  Value& operator[](const Key& key) { return this->edit()[key]; }
  void erase(const Key& key) { this->edit().erase(key); }
};

// A list to be read as a vector.
template <class Value>
class SharedList : public Shared<std::vector<Value>> {
 public:
  using Shared<std::vector<Value>>::Shared;
  auto begin() const { return this->get().begin(); }
  auto end() const { return this->get().end(); }
  auto rbegin() const { return this->get().rbegin(); }
  auto rend() const { return this->get().rend(); }
  const Value& operator[](std::size_t at) const { return this->get()[at]; }
  const Value& back() const { return this->get().back(); }
  std::size_t size() const { return this->get().size(); }
  bool empty() const { return this->get().empty(); }
  void push_back(Value value) { this->edit().push_back(std::move(value)); }
};

}  // namespace fermata
