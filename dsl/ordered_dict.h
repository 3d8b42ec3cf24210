#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/error.h"

namespace lithe {

namespace detail {
[[noreturn]] void throw_unknown_key(const std::string& subject, const std::string& key,
                                    const std::vector<std::string>& known);
[[noreturn]] void throw_duplicate_key(const std::string& subject, const std::string& key);
}  // namespace detail

/// A map that keeps the order of insertion. Items can be taken apart: `for (auto& [key, value] :
/// d)`.
template <class Key, class T>
class OrderedDict {
public:
    struct Item : std::pair<Key, T> {
        using std::pair<Key, T>::pair;
        const Key& key() const { return this->first; }
        T& value() { return this->second; }
        const T& value() const { return this->second; }
        T& operator*() { return this->second; }
        const T& operator*() const { return this->second; }
        T* operator->() { return &this->second; }
        const T* operator->() const { return &this->second; }
    };
    using Items = std::vector<Item>;
    using iterator = typename Items::iterator;
    using const_iterator = typename Items::const_iterator;
    using value_type = Item;

    /// `subject` is how messages call a key.
    explicit OrderedDict(std::string subject = "Key") : subject_(std::move(subject)) {}
    OrderedDict(std::initializer_list<Item> items) {
        for (const Item& item : items) insert(item.first, item.second);
    }

    /// Errors: ordered_dict.duplicate_key.
    T& insert(Key key, T value) {
        if (index_.contains(key)) detail::throw_duplicate_key(subject_, key);
        index_.emplace(key, items_.size());
        items_.emplace_back(std::move(key), std::move(value));
        return items_.back().second;
    }
    /// Inserts at the end, or replaces the value in place.
    T& set(const Key& key, T value) {
        if (T* known = find(key)) return *known = std::move(value);
        return insert(key, std::move(value));
    }
    void update(const OrderedDict& other) {
        for (const Item& item : other) insert(item.first, item.second);
    }
    /// Removes a key where it is known; the order of the others stays.
    bool erase(const Key& key) {
        const auto at = index_.find(key);
        if (at == index_.end()) return false;
        const size_t position = at->second;
        index_.erase(at);
        items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(position));
        for (auto& [other, i] : index_) i -= i > position ? 1 : 0;
        return true;
    }
    void clear() {
        items_.clear();
        index_.clear();
    }
    void reserve(size_t count) { items_.reserve(count); }

    bool contains(const Key& key) const { return index_.contains(key); }
    T* find(const Key& key) {
        const auto at = index_.find(key);
        return at == index_.end() ? nullptr : &items_[at->second].second;
    }
    const T* find(const Key& key) const { return const_cast<OrderedDict*>(this)->find(key); }
    /// Errors: ordered_dict.unknown_key.
    T& operator[](const Key& key) {
        T* value = find(key);
        if (!value) detail::throw_unknown_key(subject_, key, keys());
        return *value;
    }
    const T& operator[](const Key& key) const { return const_cast<OrderedDict&>(*this)[key]; }
    T& at(const Key& key) { return (*this)[key]; }
    const T& at(const Key& key) const { return (*this)[key]; }
    Item& operator[](size_t index) { return items_[index]; }
    const Item& operator[](size_t index) const { return items_[index]; }

    size_t size() const { return items_.size(); }
    bool empty() const { return items_.empty(); }
    bool is_empty() const { return items_.empty(); }
    Item& front() { return items_.front(); }
    const Item& front() const { return items_.front(); }
    Item& back() { return items_.back(); }
    const Item& back() const { return items_.back(); }
    iterator begin() { return items_.begin(); }
    iterator end() { return items_.end(); }
    const_iterator begin() const { return items_.begin(); }
    const_iterator end() const { return items_.end(); }
    const Items& items() const { return items_; }
    std::vector<Key> keys() const {
        std::vector<Key> result;
        for (const Item& item : items_) result.push_back(item.first);
        return result;
    }
    std::vector<T> values() const {
        std::vector<T> result;
        for (const Item& item : items_) result.push_back(item.second);
        return result;
    }

private:
    std::string subject_ = "Key";
    Items items_;
    std::map<Key, size_t> index_;
};

/// `; did you mean 'fc1.weight'?`, or nothing.
std::string did_you_mean(const std::string& wanted, const std::vector<std::string>& known);

}  // namespace lithe
