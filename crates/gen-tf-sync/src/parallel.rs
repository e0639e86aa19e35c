//! A few things at once. It knows nothing of what is done.

use std::{
    sync::{Mutex, PoisonError},
    thread,
};

/// Applies `work` to every item, on at most `workers` threads; the answers are in the items' order.
pub fn map<T: Send, R: Send>(
    items: Vec<T>,
    workers: usize,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let workers = workers.min(items.len());
    let queue = Mutex::new(items.into_iter().enumerate());
    // A panicking worker ends the program through the scope, so its poison tells nothing more.
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((index, item)) = next() {
                    let answer = work(item);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((index, answer));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, answer)| answer).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn answers_keep_the_order_of_the_items() {
        let answers = map((0..100).collect(), 4, |i| i * 2);
        assert_eq!(answers, (0..100).map(|i| i * 2).collect::<Vec<_>>());
        assert!(map(Vec::<u32>::new(), 4, |i| i).is_empty());
    }

    #[test]
    fn works_at_several_items_at_once() {
        let all_here = Barrier::new(4);
        assert_eq!(map(vec![0; 4], 4, |_| all_here.wait().is_leader()).len(), 4);
    }
}
