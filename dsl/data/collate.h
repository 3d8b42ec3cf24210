#pragma once

#include <array>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "dsl/data/example.h"
#include "dsl/ops.h"
#include "dsl/tensor_data.h"
#include "runtime/error.h"

// default_collate makes a batch of samples: tensors are stacked, numbers become a tensor, texts a
// list; examples, pairs, tuples, lists and maps are collated part by part, to any depth.

namespace lithe::data {

namespace detail {

[[noreturn]] inline void fail_empty() {
    throw UserError("data.empty_batch", "default_collate: a batch of no samples");
}

template <class T>
struct Collate;

}  // namespace detail

/// Errors: data.empty_batch, data.ragged (lists of several lengths, maps of several keys), stack.*.
template <class T>
auto default_collate(const std::vector<T>& samples) {
    if (samples.empty()) detail::fail_empty();
    return detail::Collate<T>::run(samples);
}

namespace detail {

template <>
struct Collate<Tensor> {
    static Tensor run(const std::vector<Tensor>& samples) { return stack(samples, 0); }
};

template <class T>
    requires std::is_arithmetic_v<T>
struct Collate<T> {
    static Tensor run(const std::vector<T>& samples) {
        const DType dtype = std::is_same_v<T, bool>       ? DType::boolean
                            : std::is_same_v<T, double>   ? DType::f64
                            : std::is_floating_point_v<T> ? DType::f32
                                                          : DType::i64;
        const Array array = Array::empty(dtype, {static_cast<int64_t>(samples.size())});
        visit(dtype, [&]<class To>(To) {
            for (size_t i = 0; i < samples.size(); ++i)
                array.data<To>()[i] = static_cast<To>(samples[i]);
        });
        return Tensor::from(array);
    }
};

template <>
struct Collate<std::string> {
    static std::vector<std::string> run(const std::vector<std::string>& samples) { return samples; }
};

/// The part that `get` takes of every sample, collated.
template <class T, class Get>
auto collate_part(const std::vector<T>& samples, Get get) {
    std::vector<std::decay_t<decltype(get(samples[0]))>> parts;
    parts.reserve(samples.size());
    for (const T& sample : samples) parts.push_back(get(sample));
    return default_collate(parts);
}

template <class Data, class Target>
struct Collate<Example<Data, Target>> {
    static auto run(const std::vector<Example<Data, Target>>& samples) {
        auto data = collate_part(samples, [](const auto& s) { return s.data; });
        if constexpr (std::is_same_v<Target, example::NoTarget>) {
            return Example<decltype(data), example::NoTarget>(std::move(data));
        } else {
            auto target = collate_part(samples, [](const auto& s) { return s.target; });
            return Example<decltype(data), decltype(target)>(std::move(data), std::move(target));
        }
    }
};

template <class A, class B>
struct Collate<std::pair<A, B>> {
    static auto run(const std::vector<std::pair<A, B>>& samples) {
        return std::make_pair(collate_part(samples, [](const auto& s) { return s.first; }),
                              collate_part(samples, [](const auto& s) { return s.second; }));
    }
};

template <class... Parts>
struct Collate<std::tuple<Parts...>> {
    static auto run(const std::vector<std::tuple<Parts...>>& samples) {
        return [&]<size_t... I>(std::index_sequence<I...>) {
            return std::make_tuple(
                collate_part(samples, [](const auto& s) { return std::get<I>(s); })...);
        }(std::index_sequence_for<Parts...>());
    }
};

/// Element by element: a list of batches.
template <class T>
struct Collate<std::vector<T>> {
    static auto run(const std::vector<std::vector<T>>& samples) {
        std::vector<decltype(default_collate(samples[0]))> batches;
        for (const auto& sample : samples) {
            if (sample.size() == samples[0].size()) continue;
            throw UserError(
                "data.ragged",
                "default_collate: each element in list of batch should be of equal size, got " +
                    std::to_string(samples[0].size()) + " and " + std::to_string(sample.size()));
        }
        for (size_t i = 0; i < samples[0].size(); ++i) {
            batches.push_back(collate_part(samples, [i](const auto& s) { return s[i]; }));
        }
        return batches;
    }
};

template <class Key, class T>
struct Collate<std::map<Key, T>> {
    static auto run(const std::vector<std::map<Key, T>>& samples) {
        std::map<Key, decltype(default_collate(std::vector<T>()))> batches;
        for (const auto& [key, unused] : samples[0]) {
            batches.emplace(key, collate_part(samples, [&key = key](const auto& s) {
                                const auto at = s.find(key);
                                if (at == s.end())
                                    throw UserError(
                                        "data.ragged",
                                        "default_collate: a sample lacks a key of the first");
                                return at->second;
                            }));
        }
        return batches;
    }
};

}  // namespace detail
}  // namespace lithe::data
