"""Pages in one file that compute by themselves: nothing is loaded, nothing leaves the page, two languages inside."""
