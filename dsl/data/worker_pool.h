#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include "runtime/error.h"

namespace lithe::data {

/// Threads that answer requests; answers come in the order of the requests. Destroying the pool
/// drops what has not begun and waits for what has.
template <class Request, class Answer>
class WorkerPool {
public:
    using Work = std::function<Answer(Request)>;

    /// One thread for each work.
    explicit WorkerPool(std::vector<Work> works) {
        for (Work& work : works) {
            threads_.emplace_back([this, work = std::move(work)] { run(work); });
        }
    }
    ~WorkerPool() {
        {
            const std::lock_guard lock(mutex_);
            is_stopping_ = true;
            requests_.clear();
        }
        has_request_.notify_all();
        for (std::thread& thread : threads_) thread.join();
    }
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    void push(Request request) {
        {
            const std::lock_guard lock(mutex_);
            requests_.emplace_back(pushed_++, std::move(request));
        }
        has_request_.notify_one();
    }
    /// Requests that have not been popped.
    size_t pending() const { return pushed_ - popped_; }

    /// The answer to the oldest request, or what its work threw. Errors: data.timeout.
    Answer pop(std::optional<std::chrono::milliseconds> timeout) {
        std::unique_lock lock(mutex_);
        const auto is_there = [&] { return answers_.contains(popped_); };
        if (!timeout) {
            has_answer_.wait(lock, is_there);
        } else if (!has_answer_.wait_for(lock, *timeout, is_there)) {
            throw UserError("data.timeout", "DataLoader: no batch within " +
                                                std::to_string(timeout->count()) + " ms");
        }
        auto entry = answers_.extract(popped_++);
        lock.unlock();
        if (auto* error = std::get_if<std::exception_ptr>(&entry.mapped()))
            std::rethrow_exception(*error);
        return std::move(std::get<Answer>(entry.mapped()));
    }

private:
    void run(const Work& work) {
        std::unique_lock lock(mutex_);
        while (true) {
            has_request_.wait(lock, [&] { return is_stopping_ || !requests_.empty(); });
            if (is_stopping_) return;
            auto [number, request] = std::move(requests_.front());
            requests_.pop_front();
            lock.unlock();
            std::variant<std::exception_ptr, Answer> answer;
            try {
                answer = work(std::move(request));
            } catch (...) {
                answer = std::current_exception();
            }
            lock.lock();
            answers_.emplace(number, std::move(answer));
            has_answer_.notify_all();
        }
    }

    std::mutex mutex_;
    std::condition_variable has_request_, has_answer_;
    std::deque<std::pair<size_t, Request>> requests_;
    std::map<size_t, std::variant<std::exception_ptr, Answer>> answers_;
    size_t pushed_ = 0, popped_ = 0;
    bool is_stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace lithe::data
