#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lithe {

/// Keeps the threads of a pool on CPUs of their own. A scheduler may wake a thread on the CPU of
/// the one that woke it and leave it there, although others are idle: a pool of two then works as
/// one. Nothing is pinned: a thread that meets another moves to a CPU where none is, and what its
/// affinity allows stays as it was. Where CPUs cannot be told (not Linux), nothing happens.
class ThreadPlaces {
public:
    explicit ThreadPlaces(size_t threads);

    /// Says that thread `self` begins to work here; called by that thread, each with a number of
    /// its own. Takes some nanoseconds.
    void arrive(size_t self);
    /// As arrive(); if a thread of a smaller number works on this CPU, the calling thread leaves it
    /// for one of its affinity where none of them does: some tens of microseconds, at most once in
    /// 10 ms. Stays where there is none.
    void arrive_alone(size_t self);

private:
    struct Place {
        std::atomic<int> cpu{-1};
        int64_t next_move_us = 0;  // of its thread alone
    };
    std::vector<Place> places_;
};

}  // namespace lithe
